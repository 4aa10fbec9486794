import { isDistributed, type MapState, type ParallelState } from './definition.ts';
import type { Execution } from './execution.ts';
import { Ended, StateFailure } from './failure.ts';
import { type Branch, iterationKey } from './fold.ts';
import type { HistoryEventType } from './history.ts';
import type { Json } from './json.ts';
import { itemsOf, linked, maxConcurrency } from './map-items.ts';
import { runDistributedMap } from './map-run.ts';
import { Run } from './run.ts';

/** Runs a branch to its end and returns its output. */
export type RunBranch = (run: Run) => Promise<Json>;

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
  const input =
    state.Arguments === undefined ? visit.input : await run.evaluate(state.Arguments, run.scope(), 'Arguments');
  run.record('ParallelStateStarted', undefined, { ...linked(previous), memo: run.memo({ input }) });
  const children = visit.fork?.children ?? [];
  const group = new Group(run);
  const outputs = await group.all(children.map((child) => () => group.run(child, runBranch)));
  run.record('ParallelStateSucceeded');
  return outputs;
}

export async function runMap(
  run: Run,
  state: MapState,
  runBranch: RunBranch,
  previous: number | undefined,
): Promise<Json> {
  if (isDistributed(state)) return runDistributedMap(run, state, previous);
  const items = await itemsOf(run, state);
  const limit = await maxConcurrency(run, state);
  const concurrency = limit === 0 ? INLINE_CONCURRENCY : Math.min(limit, INLINE_CONCURRENCY);
  const { id } = run.record(
    'MapStateStarted',
    { length: items.length },
    { ...linked(previous), memo: run.memo({ items }) },
  );
  const outputs: Json[] = [];
  const group = new Group(run);
  let next = 0;
  /** Recorded: an iteration names the last event of the one whose place it takes. */
  const iterate = async () => {
    for (let last = id; next < items.length; ) {
      const index = next++;
      const child = await openIteration(run, state, index, items[index] ?? null, last);
      outputs[index] = await group.run(child, runBranch);
      last = child.last;
    }
    return null;
  };
  await group.all(Array.from({ length: Math.min(concurrency, items.length) }, () => iterate));
  run.record('MapStateSucceeded');
  return outputs;
}

async function openIteration(run: Run, state: MapState, index: number, item: Json, previous: number): Promise<Branch> {
  const { visit, branch, execution } = run;
  const scope = run.scope({ item: { Index: index, Value: item } });
  const input = state.ItemSelector === undefined ? item : await run.evaluate(state.ItemSelector, scope, 'ItemSelector');
  run.record('MapIterationStarted', { index, name: visit.name }, { previous, memo: { item, input } });
  const key = iterationKey(branch, visit.fork?.started ?? 0, index);
  const child = execution.state.branches.get(key);
  if (!child) throw new Error(`the iteration ${key} was not opened`);
  return child;
}

/** The parts of one Map or Parallel: when one fails, the others are stopped and their states recorded as aborted. */
class Group {
  readonly #run: Run;
  readonly #controller = new AbortController();

  constructor(run: Run) {
    this.#run = run;
  }

  /** Runs one part; its failure becomes a PartFailure. */
  async run(child: Branch, runBranch: RunBranch): Promise<Json> {
    const { services, execution, signal, state, visit } = this.#run;
    try {
      const output = await runBranch(
        new Run(services, execution, child, AbortSignal.any([signal, this.#controller.signal])),
      );
      this.#controller.signal.throwIfAborted();
      if (state.Type === 'Map') {
        execution.record(child, 'MapIterationSucceeded', { index: child.index, name: visit.name });
      }
      return output;
    } catch (error) {
      if (!(error instanceof StateFailure) || this.#controller.signal.aborted) throw error;
      const failure = new PartFailure(error, child.last);
      this.#abort(child);
      throw failure;
    }
  }

  /** Waits for all; throws what the first failure was. */
  async all(parts: readonly (() => Promise<Json>)[]): Promise<Json[]> {
    try {
      return await Promise.all(parts.map((part) => part()));
    } finally {
      this.#controller.abort(new Ended('another part failed'));
    }
  }

  #abort(failed: Branch): void {
    const { execution, visit, state } = this.#run;
    this.#controller.abort(new Ended('another part failed'));
    for (const child of visit.fork?.children ?? []) {
      if (child.output !== undefined) continue;
      // Recorded: a Parallel marks the failed state too, a Map only its iteration.
      if (state.Type === 'Parallel' || child !== failed) abortVisit(execution, child);
      if (state.Type === 'Map') {
        const type = child === failed ? 'MapIterationFailed' : 'MapIterationAborted';
        execution.record(child, type, { index: child.index, name: visit.name });
      }
    }
  }
}

/** Records that a branch was stopped inside its present state, from the innermost outwards. */
function abortVisit(execution: Execution, branch: Branch): void {
  const { visit } = branch;
  if (!visit) return;
  for (const child of visit.fork?.children ?? []) {
    if (child.output !== undefined) continue;
    abortVisit(execution, child);
    if (child.item !== branch.item) {
      execution.record(child, 'MapIterationAborted', { index: child.index, name: visit.name });
    }
  }
  const state = branch.block.States[visit.name];
  const type = state?.Type;
  if (state?.Type === 'Map' && isDistributed(state)) execution.record(branch, 'MapRunAborted');
  if (type === 'Task' || type === 'Wait' || type === 'Map' || type === 'Parallel') {
    execution.record(branch, `${type}StateAborted` satisfies HistoryEventType);
  }
}
