import { startsWithin } from '../../lib/domain/cron.ts';

const at = (text: string) => Date.parse(text);
/** The first start within a day from then on, or null. */
const first = (crontab: string, from: string, timezone: string | null = null) => {
  const found = startsWithin([{ crontab, timezone, workflows: 1 }], at(from), at(from) + 86_400_000);
  return found.first === null ? null : new Date(found.first).toISOString();
};

test.each([
  ['every minute', '* * * * *', '2026-03-02T10:00:30Z', '2026-03-02T10:01:00.000Z'],
  ['steps', '*/15 * * * *', '2026-03-02T10:01:00Z', '2026-03-02T10:15:00.000Z'],
  ['steps from a number', '5/20 * * * *', '2026-03-02T10:06:00Z', '2026-03-02T10:25:00.000Z'],
  ['lists and ranges', '0 9-11,20 * * *', '2026-03-02T11:30:00Z', '2026-03-02T20:00:00.000Z'],
  ['names', '0 6 * mar MON-fri', '2026-03-01T10:00:00Z', '2026-03-02T06:00:00.000Z'],
  ['Sunday as 7', '0 12 * * 7', '2026-03-01T10:00:00Z', '2026-03-01T12:00:00.000Z'],
  ['either day, where both are given', '0 12 15 * 0', '2026-03-01T10:00:00Z', '2026-03-01T12:00:00.000Z'],
  ['both, where one is open', '0 12 15 * *', '2026-03-01T10:00:00Z', null],
])('understands %s', (_, crontab, from, expected) => {
  expect(first(crontab, from)).toBe(expected);
});

test('a schedule goes by its own time zone, summer time included', () => {
  expect(first('0 9 * * *', '2026-03-27T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-28T08:00:00.000Z');
  expect(first('0 9 * * *', '2026-03-29T01:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T07:00:00.000Z');
});

test('starts are counted for all workflows that have a schedule, and only before the end', () => {
  const schedules = [
    { crontab: '*/15 * * * *', timezone: 'UTC', workflows: 3 },
    { crontab: '30 * * * *', timezone: null, workflows: 1 },
  ];
  expect(startsWithin(schedules, at('2026-03-02T10:00:00Z'), at('2026-03-02T11:00:00Z'))).toEqual({
    starts: 13,
    first: at('2026-03-02T10:00:00Z'),
    unreadable: 0,
  });
});

test.each(['@daily', '* * * *', '0 0 0 * * *', '61 * * * *', '5-1 * * * *', '*/0 * * * *', 'x * * * *'])(
  'what is no schedule of five fields is not guessed: %s',
  (crontab) => {
    const found = startsWithin([{ crontab, timezone: null, workflows: 2 }], 0, 3_600_000);
    expect(found).toEqual({ starts: 0, first: null, unreadable: 2 });
  },
);

test('neither is a time zone that there is not', () => {
  const found = startsWithin([{ crontab: '* * * * *', timezone: 'Mars/Olympus', workflows: 1 }], 0, 3_600_000);
  expect(found.unreadable).toBe(1);
});
