import { parseSchedule } from '../../../lib/local/events/schedule.ts';

const firings = (expression: string, from: string, timezone = 'UTC', count = 2) => {
  const schedule = parseSchedule(expression, timezone);
  const found: string[] = [];
  for (
    let next = schedule.next(Date.parse(from));
    next !== undefined && found.length < count;
    next = schedule.next(next)
  ) {
    found.push(new Date(next).toISOString().slice(0, 16));
  }
  return found;
};

test.each([
  ['rate(1 minute)', '2026-11-21T10:00:00Z', ['2026-11-21T10:01', '2026-11-21T10:02']],
  ['rate(2 hours)', '2026-11-21T10:00:00Z', ['2026-11-21T12:00', '2026-11-21T14:00']],
  ['cron(0 3 * * ? *)', '2026-11-21T10:00:00Z', ['2026-11-22T03:00', '2026-11-23T03:00']],
  ['cron(0/20 8-9 ? * MON-FRI *)', '2026-11-20T09:30:00Z', ['2026-11-20T09:40', '2026-11-23T08:00']],
  ['cron(15 10 1,15 * ? *)', '2026-11-21T10:00:00Z', ['2026-12-01T10:15', '2026-12-15T10:15']],
  ['cron(0 0 29 2 ? *)', '2026-11-21T10:00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
  ['cron(0 12 ? JAN 1 2027)', '2026-11-21T10:00:00Z', ['2027-01-03T12:00', '2027-01-10T12:00']],
  ['cron(0 12 1 1 ? 2020)', '2026-11-21T10:00:00Z', []],
  ['at(2026-11-21T12:00:00)', '2026-11-21T10:00:00Z', ['2026-11-21T12:00']],
  ['at(2026-11-21T09:00:00)', '2026-11-21T10:00:00Z', []],
])('%s after %s', (expression, from, expected) => {
  expect(firings(expression, from)).toEqual(expected);
});

test('a time zone has its summer time: the gap is jumped, the hour that comes twice fires once', () => {
  expect(firings('cron(30 2 * * ? *)', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toEqual([
    '2026-03-29T01:30',
    '2026-03-30T00:30',
  ]);
  expect(firings('cron(0 3 * * ? *)', '2026-10-24T12:00:00Z', 'Europe/Berlin')).toEqual([
    '2026-10-25T02:00',
    '2026-10-26T02:00',
  ]);
  expect(firings('cron(30 2 * * ? *)', '2026-10-24T12:00:00Z', 'Europe/Berlin')).toHaveLength(2);
  expect(firings('at(2026-07-01T12:00:00)', '2026-06-01T00:00:00Z', 'Europe/Berlin')).toEqual(['2026-07-01T10:00']);
});

test.each([
  'rate(1 minutes)',
  'rate(2 minute)',
  'rate(0 minutes)',
  'cron(0 3 * * *)',
  'cron(0 3 * * * *)',
  'cron(60 3 * * ? *)',
  'cron(0 3 L * ? *)',
  'cron(0 3 ? * 2#1 *)',
  'at(tomorrow)',
  'every minute',
])('%s is refused', (expression) => {
  expect(() => parseSchedule(expression)).toThrow(`The schedule ${expression} is refused`);
});
