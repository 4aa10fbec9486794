import { type Play, play } from './play.ts';

/** A rehearsal and a cutover, killed at each of their events and gone on with. */
test.each(['rehearsal', 'cutover'] as const)(
  'a %s that is killed at any event comes to the same end',
  async (mode) => {
    const run = (killAt?: number) =>
      play('RetoolEcsToEks', { migration: 'acme-retool', mode, reason: 'Monday' }, {}, {}, killAt);
    const undisturbed = await run();
    expect(undisturbed.status).toBe('SUCCEEDED');
    for (let at = 1; at <= undisturbed.events; at++) {
      expect({ at, ...seen(await run(at)) }).toEqual({ at, ...seen(undisturbed) });
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
