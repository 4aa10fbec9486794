import { several } from './quantities.ts';
import type { ExecutionHistory, HistoryEvent } from './timeline.ts';

/** What is tried again where it is a service's: Lambda.SdkClientException, States.Timeout. Passage's own names, by which it also waits, have no dot. */
const ofService = (error: string): boolean => error.includes('.');

const detailsOf = (event: HistoryEvent) => event.taskFailedEventDetails ?? event.taskTimedOutEventDetails ?? {};

/** A cause that is one plain sentence stands beside its error: it may say that what ran the run was itself stopped. */
const SENTENCE = /^[^{\n]{1,160}$/;
const inWords = (error: string, cause = ''): string =>
  SENTENCE.test(cause) ? `${error} (${cause.replace(/\.$/, '')})` : error;

/**
 * Tasks that were lost and tried again in the same state, in sentences: what a kill or an outage left in the histories.
 * @param histories of the run, the journey's own first
 */
export function retried(histories: readonly ExecutionHistory[]): string[] {
  const states = new Map<string, { readonly errors: Set<string>; times: number }>();
  for (const { events } of histories) {
    const byId = new Map(events.map((event) => [event.id, event]));
    for (const again of events.filter(({ type }) => type === 'TaskScheduled')) {
      const before = byId.get(again.previousEventId);
      const { error, cause } = before === undefined ? {} : detailsOf(before);
      if (error === undefined || !ofService(error)) continue;
      const state = stateOf(again, byId);
      const told = states.get(state) ?? { errors: new Set<string>(), times: 0 };
      told.errors.add(inWords(error, cause));
      told.times += 1;
      states.set(state, told);
    }
  }
  return [...states].map(
    ([state, { errors, times }]) =>
      `“${state}” was lost and tried again${times === 1 ? '' : ` ${times} times`}: ${several([...errors])}.`,
  );
}

/** Of the state in which an event happened. */
function stateOf(event: HistoryEvent, byId: ReadonlyMap<number | undefined, HistoryEvent>): string {
  let at: HistoryEvent | undefined = event;
  while (at !== undefined && at.stateEnteredEventDetails?.name === undefined) at = byId.get(at.previousEventId);
  return at?.stateEnteredEventDetails?.name ?? 'A state';
}
