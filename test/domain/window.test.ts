import { planDigest } from '../../lib/domain/plan.ts';
import { deadline, refusalToBegin, windowOf } from '../../lib/domain/window.ts';
import { MigrationConfiguration } from '../../lib/workflow/configuration.ts';
import { deployed, later, migrationFile, noon } from '../support/run-documents.ts';

const now = Date.parse(noon);
const HOUR = 3600;
const given = (from: number, to: number) => ({ window: { from: later(from * HOUR), to: later(to * HOUR) } });
/** Two minutes, in hours. */
const LAST_LOOK = 120 / HOUR;
const freeze = { low: 60, high: HOUR };

describe('when a freeze may begin', () => {
  test.each([
    ['before the window', given(1, 5), /from 2026-03-01 13:00 UTC to 2026-03-01 17:00 UTC has not begun/],
    ['after it', given(-5, -1), /is over/],
    ['when the longest freeze would end after it', given(-3, 0.5), /"go" must be decided by 2026-03-01 11:28 UTC/],
    ['at no time, where the longest freeze does not fit', given(1, 1.5), /do not fit/],
    ['at no time, where the last look does not fit before it', given(0, 1 + 119 / HOUR), /do not fit/],
    ['when the last look would leave too little', given(-1, 1 + 119 / HOUR), /too late/],
  ])('not %s', (_, configured, says) => {
    expect(refusalToBegin(windowOf(configured, freeze), now)).toMatch(says);
  });

  test.each([
    ['as the window begins', given(0, 2)],
    ['at the last moment at which the longest freeze fits', given(-1, 1 + LAST_LOOK)],
    ['at any time without a window', {}],
  ])('%s', (_, configured) => {
    expect(refusalToBegin(windowOf(configured, freeze), now)).toBeNull();
  });
});

describe('until when people decide', () => {
  const window = windowOf(given(-1, 3), freeze);
  const at = (subject: 'go' | 'switch', hours: number, within = window) =>
    new Date(deadline(subject, within, now, hours * HOUR)).toISOString();

  test('"go" by the last moment at which the last look and the longest freeze fit', () => {
    expect(at('go', 24)).toBe(later(2 * HOUR - 120));
    expect(at('go', 1)).toBe(later(HOUR));
  });
  test('"switch" by the end of the window', () => {
    expect(at('switch', 24)).toBe(later(3 * HOUR));
    expect(at('switch', 1)).toBe(later(HOUR));
  });
  test('as long as is configured, without a window', () => {
    expect(at('go', 24, null)).toBe(later(24 * HOUR));
  });
});

describe('a window in the configuration', () => {
  const read = (window: object) => MigrationConfiguration.safeParse({ ...migrationFile(), window });

  test('has moments with their zone', () => {
    expect(read({ from: '2026-12-05T23:00:00+01:00', to: '2026-12-06T02:00:00Z' }).success).toBe(true);
    expect(read({ from: '2026-12-05 22:00', to: '2026-12-06T02:00:00Z' }).error?.issues).toEqual([
      expect.objectContaining({ path: ['window', 'from'], message: expect.stringMatching(/moment with its zone/) }),
    ]);
  });

  test('ends after it begins, whatever the zones', () => {
    expect(read({ from: '2026-12-06T02:00:00+02:00', to: '2026-12-06T00:00:00Z' }).error?.issues).toEqual([
      expect.objectContaining({ path: ['window', 'to'], message: expect.stringMatching(/must be later than "from"/) }),
    ]);
  });

  test('may be moved without another rehearsal, and nothing else may', () => {
    const digest = (more: object) => planDigest(deployed({ ...migrationFile(), ...more }), '1.0.0');
    expect(digest(given(1, 2))).toBe(digest({}));
    expect(digest({ rehearsalFreshForHours: 24 })).not.toBe(digest({}));
  });
});
