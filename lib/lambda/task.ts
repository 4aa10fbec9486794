import type { Environment, Input, LambdaName, Output } from '../workflow/registry.ts';

/** Who calls, as far as a task may know: enough to log, nothing to authorize by. */
interface Call {
  readonly requestId: string;
  /** Milliseconds that the function may still run. */
  remaining(): number;
}

/** What a task does, before anyone decides where it runs. Tests and machines run it with dependencies of their own. */
export interface Task<K extends LambdaName, D> {
  readonly name: K;
  readonly run: (deps: D, input: Input<K>, call: Call) => Promise<Output<K>>;
}

export const task =
  <K extends LambdaName>(name: K) =>
  <D>(run: Task<K, D>['run']): Task<K, D> => ({ name, run });

/** Builds a task's dependencies from what its things are called; runs once per cold start. */
export type Connect<K extends LambdaName, D> = (environment: Environment<K>) => D;
