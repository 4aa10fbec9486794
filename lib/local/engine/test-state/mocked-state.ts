import type { MapState, State, TaskState } from '../definition.ts';
import { StateFailure } from '../failure.ts';
import { type Exit, withResult } from '../interpreter.ts';
import { type Item, inputOf, itemsIn, sourceOf } from '../item-reader.ts';
import { isObject, type Json } from '../json.ts';
import { itemsOf, maxConcurrency } from '../map-items.ts';
import { batched, exceeds, fromState, numberOf, selected, thresholdExceeded } from '../map-run.ts';
import { requestOf } from '../task.ts';
import { checkFailureCount } from './mock.ts';
import type { Inspection, Mock, StateConfiguration } from './request.ts';
import type { TestRun } from './test-run.ts';

/** What is put in the place of the state's work. */
interface Mocked {
  readonly result: Json | undefined;
  readonly error: Mock['errorOutput'];
  readonly configuration: StateConfiguration;
}

/** Does of a state what comes before and after its work, which is mocked. Throws the mocked error as its failure. */
export async function workMocked(run: TestRun, state: State, mocked: Mocked, inspection: Inspection): Promise<Exit> {
  if (state.Type === 'Task') await askTask(run, state, inspection);
  if (state.Type === 'Map') await goThrough(run, state, mocked, inspection);
  if (state.Type === 'Parallel' && state.Arguments !== undefined) {
    await run.evaluate(state.Arguments, run.scope(), 'Arguments');
  }
  if (mocked.error) throw new StateFailure(mocked.error.error, mocked.error.cause);
  const result = mocked.result ?? null;
  if (state.Type === 'Task') inspection.result = JSON.stringify(result);
  if (state.Type !== 'Task' && state.Type !== 'Map' && state.Type !== 'Parallel') throw new Error('nothing to mock');
  return withResult(state, result);
}

async function askTask(run: TestRun, state: TaskState, inspection: Inspection): Promise<void> {
  const token = state.Resource.endsWith('.waitForTaskToken') ? run.services.tokens.mint('test') : undefined;
  const { text } = await requestOf(run, state, token);
  inspection.afterArguments = text;
}

async function goThrough(run: TestRun, state: MapState, mocked: Mocked, inspection: Inspection): Promise<void> {
  const data = await mockedItems(run, state, mocked.configuration, inspection);
  inspection.maxConcurrency = await maxConcurrency(run, state);
  const count = await numberOf(run, state, 'ToleratedFailureCount');
  if (count !== undefined) inspection.toleratedFailureCount = count;
  const percentage = await numberOf(run, state, 'ToleratedFailurePercentage');
  if (percentage !== undefined) inspection.toleratedFailurePercentage = percentage;
  if (!data) return;
  const inputs = await selected(run, state, data);
  if (state.ItemSelector !== undefined) inspection.afterItemSelector = JSON.stringify(inputs);
  const batches = await batched(run, state.ItemBatcher, inputs);
  if (state.ItemBatcher) inspection.afterItemBatcher = JSON.stringify(batches.map(({ input }) => input));
  const { mapIterationFailureCount: failed } = mocked.configuration;
  if (failed === undefined) return;
  checkFailureCount(failed, batches.length);
  // Recorded: without a threshold no number of failures fails the Map, unlike in an execution.
  const limited = count !== undefined || percentage !== undefined;
  if (limited && exceeds(failed, { items: batches.length, count, percentage })) throw thresholdExceeded();
}

/** The items of a Map; undefined where a reader would read them and nobody says what. */
async function mockedItems(
  run: TestRun,
  state: MapState,
  o: StateConfiguration,
  inspection: Inspection,
): Promise<readonly Item[] | undefined> {
  if (!state.ItemReader) return fromState(await itemsOf(run, state));
  const { Arguments = {}, ReaderConfig = {} } = state.ItemReader;
  const read = await run.evaluate(Arguments, run.scope(), 'ItemReader/Arguments');
  if (o.mapItemReaderData === undefined) return undefined;
  const Source = sourceOf(isObject(read) ? read : {});
  const items = itemsIn(o.mapItemReaderData, ReaderConfig, { Source, asOf: run.services.asOf });
  if (ReaderConfig.ItemsPointer !== undefined) inspection.afterItemsPointer = JSON.stringify(items.map(inputOf));
  return items;
}
