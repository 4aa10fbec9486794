import type { States } from '../states.ts';

/** What a rule has to say. */
export interface Found {
  /** The state's name; null where it is about the machine itself. */
  readonly state: string | null;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

export interface Finding extends Found {
  /** The rule's id. */
  readonly rule: string;
}

/** One thing that holds for every definition and that no validator looks at: a file of `rules/`, named like its id. */
export interface Rule {
  /** Kebab case. */
  readonly id: string;
  /** What is so where it finds nothing. */
  readonly title: string;
  /** Looks at a definition that is valid Amazon States Language. */
  find(machine: States): Iterable<Found>;
}
