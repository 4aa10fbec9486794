import { type Play, play } from './play.ts';

/** Longer than any execution may be open. */
const TWO_YEARS_MS = 2 * 365 * 86_400_000;

/** After a long time at every so many events only: `durable.test.ts` goes through each with all types of states. */
const EACH = 25;

/** A rehearsal and a cutover, killed at each of their events and gone on with, at once or when all was over long ago. */
test.each(['rehearsal', 'cutover'] as const)(
  'a %s that is killed at any event comes to the same end, or has timed out with all its parts',
  async (mode) => {
    const run = (at?: number, downMs = 0) =>
      play(
        'RetoolEcsToEks',
        { migration: 'acme-retool', mode, reason: 'Monday' },
        {},
        {},
        at === undefined ? at : { at, downMs },
      );
    const undisturbed = await run();
    expect(undisturbed.status).toBe('SUCCEEDED');
    for (let at = 1; at <= undisturbed.events; at++) {
      expect({ at, ...seen(await run(at)) }).toEqual({ at, ...seen(undisturbed) });
      if (at % EACH !== 0 || at === undisturbed.events) continue;
      // Which of its parts were timed out and which aborted, and that no task was called any more, is a rule of `play`.
      expect({ at, status: (await run(at, TWO_YEARS_MS)).status }).toEqual({ at, status: 'TIMED_OUT' });
    }
  },
  300_000,
);

/** All but times, and how often a task was called: a function whose answer was lost is called again. */
const seen = ({ status, output, error, path, parts, calls }: Play) => ({
  status,
  output,
  error,
  path,
  // Branches side by side may change their order.
  parts: parts.map((part) => [part.machine, part.status, part.output, [...part.path].sort()]),
  tasks: [...new Set(calls.map(({ task }) => task))].sort(),
});
