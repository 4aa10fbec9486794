import { type ErrorName, errors, type Fault, WorkflowError } from '../workflow/errors.ts';

/** What a command ends with: who is at fault. */
export const exitCodes = {
  ok: 0,
  /** `verify` found differences, as diff and cmp say it. */
  differ: 1,
  usage: 2,
  configuration: 3,
  /** Preflight has warnings that nobody answers for. */
  warnings: 4,
  /** People decided against it, or not in time. */
  decision: 5,
  source: 6,
  target: 7,
  passage: 12,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const satisfies Record<'ok' | 'differ' | 'warnings' | 'interrupted' | Fault, number>;

export const exitCodeOf = (name: string): number =>
  Object.hasOwn(errors, name) ? exitCodes[errors[name as ErrorName]] : exitCodes.passage;

/** A mistake in how a command was called. */
export const usage = (message: string): WorkflowError => new WorkflowError('InvalidInput', message);

/** Where a command writes: standard output, and live progress where there is a terminal. */
export interface Console {
  line(text?: string): void;
  /** Replaces the line that is being shown; on no terminal it is not shown at all. */
  live(text: string): void;
  readonly columns: number;
  readonly isTerminal: boolean;
}

interface Option {
  readonly type: 'string' | 'boolean';
  /** `<file>`: what a string stands for. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Words after the name, as in `<run>`. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  run(call: Call): Promise<number>;
}

export interface Call {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly console: Console;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The text of an option, when it was given. */
export const text = (call: Call, name: string): string | undefined => {
  const value = call.options[name];
  return typeof value === 'string' ? value : undefined;
};
