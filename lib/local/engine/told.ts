import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { ExecutionDescription } from './execution.ts';

/**
 * How far the world has heard of each execution, in a file: what was written to a history, but not told before the engine
 * was killed, is told by the next. It may hear of one change twice, never of none.
 */
export class Told {
  readonly #path: string;
  readonly #last = new Map<string, string>();

  /** @param past every execution that there has been: where there is no file yet, all of it was told */
  constructor(path: string, past: Iterable<ExecutionDescription>) {
    this.#path = path;
    if (existsSync(path)) this.#read();
    else for (const execution of past) this.#last.set(execution.executionArn, changeOf(execution));
    // One line for each, whole.
    writeFileSync(path, [...this.#last].map(lineOf).join(''), { mode: 0o600 });
  }

  /** Right after the change is told. */
  mark(execution: ExecutionDescription): void {
    const entry = [execution.executionArn, changeOf(execution)] as const;
    this.#last.set(...entry);
    appendFileSync(this.#path, lineOf(entry));
  }

  /** Whether the present status of an execution was told. */
  has(execution: ExecutionDescription): boolean {
    return this.#last.get(execution.executionArn) === changeOf(execution);
  }

  #read(): void {
    // What comes after the last line's end was cut off by a kill: that is told again.
    for (const line of readFileSync(this.#path, 'utf8').split('\n').slice(0, -1)) {
      const [executionArn = '', change = ''] = line.split(' ');
      this.#last.set(executionArn, change);
    }
  }
}

/** Each status comes once between two redrives. */
const changeOf = ({ status, redriveCount }: ExecutionDescription): string => `${status}#${redriveCount}`;

const lineOf = ([executionArn, change]: readonly [string, string]): string => `${executionArn} ${change}\n`;
