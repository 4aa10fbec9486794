import { createHash, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { ItemBatcher, MapState } from './definition.ts';
import type { ExecutionDescription } from './execution.ts';
import { evaluateAs, evaluateWhole } from './expressions.ts';
import { RuntimeFailure, StateFailure } from './failure.ts';
import { forkToTakeUp } from './fork.ts';
import { type CallStore, type Item, inputOf, readItems } from './item-reader.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { ANY, itemsOf, linked, maxConcurrency } from './map-items.ts';
import { exportResults, resultOf } from './result-writer.ts';
import { type Run, STATE_DATA } from './run.ts';

/** The most executions of a distributed Map that AWS runs at a time. */
const DISTRIBUTED_CONCURRENCY = 10_000;

/** A distributed Map: an execution of its own for each item (or batch), counted against a threshold of failures. */
export async function runDistributedMap(run: Run, state: MapState, previous: number | undefined): Promise<Json> {
  const mapRunArn = forkToTakeUp(run)?.mapRunArn;
  try {
    return await startOrTakeUp(run, state, previous);
  } finally {
    if (mapRunArn !== undefined) run.services.children.stopTakenUp(mapRunArn);
  }
}

async function startOrTakeUp(run: Run, state: MapState, previous: number | undefined): Promise<Json> {
  const { region, accountId } = run.services;
  const { name } = run.execution.stateMachine;
  const past = forkToTakeUp(run);
  const given = state.ItemReader ? undefined : (past?.items ?? (await itemsOf(run, state)));
  const concurrency = await maxConcurrency(run, state);
  if (!past) {
    // Recorded: what a reader will find is not known yet.
    const memo = run.memo(given ? { items: [...given] } : {});
    run.record('MapStateStarted', { length: given?.length ?? 0 }, { ...linked(previous), memo });
  }
  const limits = await settle(run, state);
  const label = state.Label ?? createHash('sha256').update(`${name}/${run.visit.name}`).digest('hex').slice(0, 10);
  const mapRunArn = past?.mapRunArn ?? `arn:aws:states:${region}:${accountId}:mapRun:${name}/${label}:${randomUUID()}`;
  if (past?.mapRunArn === undefined) run.record('MapRunStarted', { mapRunArn });
  else if (past.mapRunStopped) {
    run.record('MapRunRedriven', { mapRunArn, redriveCount: (past.mapRunRedrives ?? 0) + 1 });
  }
  try {
    const result = await mapRun(run, state, { ...limits, given, mapRunArn, concurrency });
    // Recorded since the end of 2024: what follows the Map names the start of its run.
    const id = past?.ran ?? run.record('MapRunSucceeded').id;
    if (!past?.succeeded) run.record('MapStateSucceeded', undefined, { previous: id });
    return result;
  } catch (error) {
    if (error instanceof StateFailure) {
      const { error: failure, reason: cause } = error;
      run.record('MapRunFailed', { ...(failure !== undefined && { error: failure }), ...(cause && { cause }) });
    }
    throw error;
  }
}

interface Limits {
  readonly maxItems: number;
  readonly parameters: JsonObject;
  /** Undefined where the definition does not say. */
  readonly count: number | undefined;
  readonly percentage: number | undefined;
}

interface MapRun extends Limits {
  readonly given: readonly Json[] | undefined;
  readonly mapRunArn: string;
  readonly concurrency: number;
}

/** What the fields of the Map come to; a number out of range is States.Runtime [recorded]. */
async function settle(run: Run, state: MapState): Promise<Limits> {
  const count = await numberOf(run, state, 'ToleratedFailureCount');
  if (count !== undefined && count < 0)
    throw new RuntimeFailure(run.place, 'ToleratedFailureCount cannot be negative.');
  const percentage = await numberOf(run, state, 'ToleratedFailurePercentage');
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) {
    throw new RuntimeFailure(run.place, 'ToleratedFailurePercentage must be between 0 and 100.');
  }
  const { Arguments = {}, ReaderConfig } = state.ItemReader ?? {};
  const maxItems = ReaderConfig?.MaxItems ?? 0;
  const parameters = await run.evaluate(Arguments, run.scope(), 'ItemReader/Arguments');
  return {
    count,
    percentage,
    maxItems: await evaluateWhole(maxItems, run.scope(), run.place, 'ItemReader/ReaderConfig/MaxItems', [0, ANY]),
    parameters: isObject(parameters) ? parameters : {},
  };
}

type Counting = 'ToleratedFailureCount' | 'ToleratedFailurePercentage';

/** A number that the Map's definition gives or computes. */
export async function numberOf(run: Run, state: MapState, field: Counting): Promise<number | undefined> {
  const value = state[field];
  return value === undefined
    ? undefined
    : ((await evaluateAs('number', value, run.scope(), run.place, field)) as number);
}

async function mapRun(run: Run, state: MapState, o: MapRun): Promise<Json> {
  const call = storeAs(run);
  const { asOf } = run.services;
  const items = state.ItemReader ? await readItems(state.ItemReader, { ...o, call, asOf }) : fromState(o.given ?? []);
  const inputs = await batched(run, state.ItemBatcher, await selected(run, state, items));
  const children = await runChildren(run, state, inputs, { ...o, items: items.length });
  const { ResultWriter: writer } = state;
  if (writer?.Resource === undefined) return resultOf(children, writer);
  const target = await run.evaluate(writer.Arguments ?? {}, run.scope(), 'ResultWriter/Arguments');
  const parameters = isObject(target) ? target : {};
  try {
    return await exportResults(children, writer, { mapRunArn: o.mapRunArn, parameters, call });
  } catch (error) {
    if (!(error instanceof Error) || run.signal.aborted) throw error;
    throw new StateFailure('States.ResultWriterFailed', error.message);
  }
}

/** The items as the ItemSelector shapes them. */
export async function selected(run: Run, { ItemSelector }: MapState, items: readonly Item[]): Promise<Json[]> {
  if (ItemSelector === undefined) return items.map(inputOf);
  const inputs: Json[] = [];
  for (const [Index, item] of items.entries()) {
    inputs.push(await run.evaluate(ItemSelector, run.scope({ item: { Index, ...item } }), 'ItemSelector'));
  }
  return inputs;
}

/** Items that no reader reads. */
export const fromState = (values: readonly Json[]): Item[] => values.map((Value) => ({ Value, Source: STATE_DATA }));

/** The inputs of the children: a batch is `{ Items }`, with a BatchInput where one is asked for. */
export async function batched(run: Run, batcher: ItemBatcher | undefined, items: Json[]): Promise<Batch[]> {
  if (!batcher) return items.map((input) => ({ input, size: 1 }));
  const limit = (field: 'MaxItemsPerBatch' | 'MaxInputBytesPerBatch') =>
    evaluateWhole(batcher[field] ?? ANY, run.scope(), run.place, `ItemBatcher/${field}`, [1, ANY]);
  const [most, mostBytes] = [await limit('MaxItemsPerBatch'), await limit('MaxInputBytesPerBatch')];
  const { BatchInput } = batcher;
  const shared: JsonObject =
    BatchInput === undefined
      ? {}
      : { BatchInput: await run.evaluate(BatchInput, run.scope(), 'ItemBatcher/BatchInput') };
  const batches: Json[][] = [];
  const empty = bytesOf({ ...shared, Items: [] });
  let size = 0;
  for (const item of items) {
    const batch = batches.at(-1);
    const grown = size + 1 + bytesOf(item);
    if (batch && batch.length < most && grown <= mostBytes) {
      batch.push(item);
      size = grown;
    } else {
      batches.push([item]);
      size = empty + bytesOf(item);
    }
  }
  return batches.map((Items) => ({ input: { ...shared, Items }, size: Items.length }));
}

const bytesOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

interface Batch {
  readonly input: Json;
  /** How many items it stands for. */
  readonly size: number;
}

/** Runs a child for each input. Fails as soon as more items have failed than are tolerated; the rest is stopped then. */
async function runChildren(
  run: Run,
  state: MapState,
  inputs: readonly Batch[],
  o: MapRun & { readonly items: number },
): Promise<ExecutionDescription[]> {
  const ends: ExecutionDescription[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  // Each child listens, however many there are.
  setMaxListeners(0, signal);
  const atOnce = o.concurrency === 0 ? DISTRIBUTED_CONCURRENCY : Math.min(o.concurrency, DISTRIBUTED_CONCURRENCY);
  let next = 0;
  let failedItems = 0;
  const worker = async () => {
    while (next < inputs.length && !signal.aborted) {
      const index = next++;
      const { input, size } = inputs[index] as Batch;
      const { mapRunArn } = o;
      const block = state.ItemProcessor;
      const end = await run.services.children.start({ parent: run.execution, mapRunArn, block, index, input, signal });
      run.signal.throwIfAborted();
      ends[index] = end;
      if (end.status !== 'SUCCEEDED') failedItems += size;
      if (exceeds(failedItems, o)) stop.abort(new Error('too many items failed'));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, inputs.length) }, worker));
  } catch (error) {
    stop.abort(error);
    throw error;
  }
  run.signal.throwIfAborted();
  if (!stop.signal.aborted) return ends;
  throw thresholdExceeded();
}

/** Whether more items failed than are tolerated; without any threshold none is. */
export function exceeds(
  failed: number,
  o: { readonly items: number; readonly count: number | undefined; readonly percentage: number | undefined },
): boolean {
  if (failed === 0) return false;
  if (o.count === undefined && o.percentage === undefined) return true;
  const share = (100 * failed) / o.items;
  return (o.count !== undefined && failed > o.count) || (o.percentage !== undefined && share > o.percentage);
}

export const thresholdExceeded = (): StateFailure =>
  new StateFailure('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');

function storeAs(run: Run): CallStore {
  const { services, execution, signal } = run;
  return async (resource, parameters) => {
    const integration = services.integrationOf(resource);
    if (!integration) throw new Error(`nothing answers ${resource}`);
    return integration({
      resource,
      arguments: parameters,
      id: randomUUID(),
      roleArn: execution.stateMachine.roleArn,
      executionArn: execution.executionArn,
      stateName: run.visit.name,
      signal,
      submitted: () => {},
    });
  };
}
