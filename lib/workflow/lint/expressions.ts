import { everyState, type State, type States } from '../states.ts';
import { type Reading, read } from './jsonata.ts';

/** A text of a definition that holds `{%` or `%}`. */
interface Expression {
  /** Null where it stands in the machine, and in no state. */
  readonly state: string | null;
  /** Where it stands: `Catch.0.Output.reason`. */
  readonly field: string;
  readonly text: string;
  /** Without its brackets; undefined where they do not enclose the whole text. */
  readonly source: string | undefined;
  /** Undefined where there is no source, or one that is not JSONata. */
  readonly reading: Reading | undefined;
}

/** States inside of these are visited as states of their own. */
const nested = ['States', 'Branches', 'ItemProcessor'];

/** Every expression of a machine, its branches and loops included. Comments are prose. */
export function expressionsOf(machine: States): Expression[] {
  return [
    ...texts(machine, '').map((text) => expression(null, text)),
    ...everyState(machine).flatMap(([name, state]) => expressionsOfState(name, state)),
  ].flat();
}

/** The expressions of a state, without those of its branches. */
export const expressionsOfState = (name: string, state: State): Expression[] =>
  texts(state, '').flatMap((text) => expression(name, text));

interface Text {
  readonly field: string;
  readonly text: string;
}

function texts(value: unknown, field: string): Text[] {
  if (typeof value === 'string') return [{ field, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inside]) =>
    nested.includes(key) || key === 'Comment' ? [] : texts(inside, field ? `${field}.${key}` : key),
  );
}

function expression(state: string | null, { field, text }: Text): Expression[] {
  if (!text.includes('{%') && !text.includes('%}')) return [];
  const source = /^\{%([\s\S]*)%\}$/.exec(text)?.[1]?.trim();
  return [{ state, field, text, source, reading: source === undefined ? undefined : read(source).reading }];
}
