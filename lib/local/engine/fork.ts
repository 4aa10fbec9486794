import { isDistributed, type MapState, type ParallelState } from './definition.ts';
import type { Execution } from './execution.ts';
import { type Branch, type Fork, iterationKey } from './execution-state.ts';
import { Ended, failureMemo, restored, StateFailure } from './failure.ts';
import type { HistoryEventType, Memo } from './history.ts';
import type { Json } from './json.ts';
import { itemsOf, linked, maxConcurrency } from './map-items.ts';
import { runDistributedMap } from './map-run.ts';
import { Run } from './run.ts';

/** Runs a branch to its end and returns its output. */
type RunBranch = (run: Run) => Promise<Json>;

/** A part of a Map or Parallel failed. AWS links what follows to the last event of that part. */
export class PartFailure extends StateFailure {
  readonly last: number;
  constructor(failure: StateFailure, last: number) {
    super(failure.error, failure.reason);
    this.last = last;
  }
}

/** The most iterations of an inline Map that AWS runs at a time. */
const INLINE_CONCURRENCY = 40;

/** `previous`: the last event of the part that failed, when this is another attempt. */
export async function runParallel(
  run: Run,
  state: ParallelState,
  runBranch: RunBranch,
  previous: number | undefined,
): Promise<Json> {
  const { visit } = run;
  if (!forkToTakeUp(run)) {
    const input =
      state.Arguments === undefined ? visit.input : await run.evaluate(state.Arguments, run.scope(), 'Arguments');
    run.record('ParallelStateStarted', undefined, { ...linked(previous), memo: run.memo({ input }) });
  }
  const children = visit.fork?.children ?? [];
  const group = new Group(run);
  const outputs = await group.all(children.map((child) => () => group.run(child, runBranch)));
  if (!visit.fork?.succeeded) run.record('ParallelStateSucceeded');
  return outputs;
}

export async function runMap(
  run: Run,
  state: MapState,
  runBranch: RunBranch,
  previous: number | undefined,
): Promise<Json> {
  if (isDistributed(state)) return runDistributedMap(run, state, previous);
  const past = forkToTakeUp(run);
  const items = past?.items ?? (await itemsOf(run, state));
  const limit = await maxConcurrency(run, state);
  const concurrency = limit === 0 ? INLINE_CONCURRENCY : Math.min(limit, INLINE_CONCURRENCY);
  if (!past) {
    const memo = run.memo({ items: [...items] });
    run.record('MapStateStarted', { length: items.length }, { ...linked(previous), memo });
  }
  const { fork } = run.visit;
  if (!fork) throw new Error(`"${run.visit.name}" was not started`);
  const outputs: Json[] = [];
  const group = new Group(run);
  const open = [...fork.children];
  const begun = new Set(open.map(({ index }) => index));
  const waiting = [...items.keys()].filter((index) => !begun.has(index));
  /** Recorded: an iteration names the last event of the one whose place it takes. */
  const iterate = async () => {
    for (let last = fork.started; open.length + waiting.length > 0; ) {
      const child = open.shift() ?? (await group.open(state, waiting.shift() ?? 0, items, last));
      outputs[child.index] = await group.run(child, runBranch);
      last = child.last;
    }
    return null;
  };
  await group.all(Array.from({ length: Math.min(concurrency, items.length) }, () => iterate));
  if (!fork.succeeded) run.record('MapStateSucceeded');
  return outputs;
}

/** The Map or Parallel that was under way when the engine was started again. */
export const forkToTakeUp = ({ takesUp, visit }: Run): Fork | undefined => (takesUp ? visit.fork : undefined);

/** The parts of one Map or Parallel: when one fails, the others are stopped and their states recorded as aborted. */
class Group {
  readonly #run: Run;
  readonly #controller = new AbortController();

  constructor(run: Run) {
    this.#run = run;
  }

  /** Begins an iteration of a Map. */
  async open(state: MapState, index: number, items: readonly Json[], previous: number): Promise<Branch> {
    const run = this.#run;
    const { visit, branch, execution } = run;
    const item = items[index] ?? null;
    const scope = run.scope({ item: { Index: index, Value: item } });
    const input =
      state.ItemSelector === undefined ? item : await run.evaluate(state.ItemSelector, scope, 'ItemSelector');
    // Another item may have failed meanwhile, and the Map been left.
    this.#controller.signal.throwIfAborted();
    run.record('MapIterationStarted', { index, name: visit.name }, { previous, memo: { item, input } });
    const key = iterationKey(branch, visit.fork?.started ?? 0, index);
    const child = execution.state.branches.get(key);
    if (!child) throw new Error(`the iteration ${key} was not opened`);
    return child;
  }

  /** Runs one part; its failure becomes a PartFailure. */
  async run(child: Branch, runBranch: RunBranch): Promise<Json> {
    const { services, execution, signal, state, visit } = this.#run;
    try {
      const output =
        child.output ??
        (await runBranch(new Run(services, execution, child, AbortSignal.any([signal, this.#controller.signal]))));
      this.#controller.signal.throwIfAborted();
      if (state.Type === 'Map' && !child.closed) {
        execution.record(child, 'MapIterationSucceeded', { index: child.index, name: visit.name });
      }
      return output;
    } catch (error) {
      if (!(error instanceof StateFailure) || this.#controller.signal.aborted) throw error;
      const failure = new PartFailure(error, child.last);
      this.#abort(child, failure);
      throw failure;
    }
  }

  /** Waits for all; throws what the first failure was. */
  async all(parts: readonly (() => Promise<Json>)[]): Promise<Json[]> {
    const { fork } = this.#run.visit;
    if (fork?.failure) this.#goOnAborting(fork, fork.failure);
    try {
      return await Promise.all(parts.map((part) => part()));
    } finally {
      this.#controller.abort(new Ended('another part failed'));
    }
  }

  /** The engine was started again while the parts were being stopped. */
  #goOnAborting({ children }: Fork, { part, ...failure }: NonNullable<Fork['failure']>): never {
    const failed = children.find(({ key }) => key === part);
    if (!failed) throw new Error(`the part ${part} was not opened`);
    const error = new PartFailure(restored(failure), failed.last);
    this.#abort(failed, error);
    throw error;
  }

  /**
   * Measured on AWS [floci-io/floci, `AslExecutorParallelCutTest`]: what is recorded of the parts names the last event of
   * the one that failed; an iteration is aborted before the state it was in, and the failed one comes last.
   */
  #abort(failed: Branch, failure: StateFailure): void {
    const { execution, visit, state } = this.#run;
    const iterates = state.Type === 'Map';
    const cut = { previous: failed.last, memo: { part: failed.key, failure: failureMemo(failure) } };
    const details = ({ index }: Branch) => ({ index, name: visit.name });
    for (const child of visit.fork?.children ?? []) {
      // Recorded: a Parallel marks the failed state too, a Map only its iteration.
      if (child.output !== undefined || (iterates && child === failed)) continue;
      if (iterates && !child.closed) execution.record(child, 'MapIterationAborted', details(child), cut);
      abortVisit(execution, child, cut);
    }
    if (iterates && !failed.closed) execution.record(failed, 'MapIterationFailed', details(failed), cut);
    // Written before it is acted upon: this stops executions that parts wait for.
    this.#controller.abort(new Ended('another part failed'));
  }
}

/** The event that a cut names, and what its own events remember. */
interface Cut {
  readonly previous: number;
  readonly memo: Memo;
}

/** Records that a branch was stopped inside its present state, from the innermost outwards; what is written stands. */
function abortVisit(execution: Execution, branch: Branch, cut: Cut): void {
  const { visit } = branch;
  if (!visit || visit.aborted) return;
  for (const child of visit.fork?.children ?? []) {
    if (child.output !== undefined || child.closed === 'MapIterationFailed') continue;
    if (child.item !== branch.item && !child.closed) {
      execution.record(child, 'MapIterationAborted', { index: child.index, name: visit.name }, cut);
    }
    abortVisit(execution, child, cut);
  }
  // It ended well: only its exit is not written.
  if (visit.fork?.succeeded) return;
  const state = branch.block.States[visit.name];
  const type = state?.Type;
  if (visit.fork?.mapRunArn !== undefined && !visit.fork.mapRunStopped)
    execution.record(branch, 'MapRunAborted', undefined, cut);
  if (type === 'Task' || type === 'Wait' || type === 'Map' || type === 'Parallel') {
    execution.record(branch, `${type}StateAborted` satisfies HistoryEventType, undefined, cut);
  }
}
