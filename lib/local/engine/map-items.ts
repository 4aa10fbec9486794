import type { MapState } from './definition.ts';
import { evaluateAs, evaluateWhole, QueryFailure } from './expressions.ts';
import type { Json } from './json.ts';
import type { Run } from './run.ts';

/** What a Map goes through: its Items, else its input. */
export async function itemsOf(run: Run, state: MapState): Promise<Json[]> {
  const { visit, place } = run;
  if (state.Items !== undefined) {
    return (await evaluateAs('array', state.Items, run.scope(), place, 'Items')) as Json[];
  }
  if (Array.isArray(visit.input)) return visit.input;
  throw new QueryFailure(place, undefined, `Map state input must be an array but was: ${JSON.stringify(visit.input)}`);
}

/** An upper end of a range that has none. */
export const ANY = Number.MAX_SAFE_INTEGER;

/** How many items the definition wants at a time; 0 stands for as many as can be. */
export const maxConcurrency = (run: Run, state: MapState): Promise<number> =>
  evaluateWhole(state.MaxConcurrency ?? 0, run.scope(), run.place, 'MaxConcurrency', [0, ANY]);

/** How an event names the last one of the part that failed before it, when there is such a part. */
export const linked = (previous: number | undefined) => (previous === undefined ? {} : { previous });
