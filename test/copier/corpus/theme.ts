/** A part of what a database can hold, as an ordinary login makes it, and what to ask both sides besides the proofs. */
export interface Theme {
  /** Each in a transaction of its own. */
  readonly statements: readonly string[];
  /** Answered alike by source and target. */
  readonly questions: readonly string[];
}
