import { parseSchedule } from '../../lib/local/events/schedule.ts';
import { readSchedule } from '../../lib/workflow/schedule.ts';

const after = Date.parse('2026-11-21T10:00:00Z');
const problem = (expression: string) => {
  const read = readSchedule(expression);
  return 'problem' in read ? read.problem : null;
};
const next = (expression: string, from = after) => {
  const read = readSchedule(expression);
  if ('problem' in read) throw new Error(read.problem);
  const found = read.next(from);
  return found === null ? null : new Date(found).toISOString().slice(0, 16);
};

test.each([
  ['rate(1 day)', '2026-11-22T10:00'],
  ['rate(60 minutes)', '2026-11-21T11:00'],
  ['cron(0 3 ? * SAT *)', '2026-11-28T03:00'],
  ['cron(0 3 ? * sat *)', '2026-11-28T03:00'],
  ['cron(0 8/6 * * ? *)', '2026-11-21T14:00'],
  ['cron(30 */12 1-3,20 * ? *)', '2026-12-01T00:30'],
  ['cron(0 0 29 2 ? *)', '2028-02-29T00:00'],
  ['cron(0 12 ? JAN 1 2027)', '2027-01-03T12:00'],
])('%s starts next at %s', (expression, expected) => {
  expect(next(expression)).toBe(expected);
  expect(parseSchedule(expression).next(after)).toBe(Date.parse(`${expected}Z`));
});

test.each([
  ['the last day of the month', 'cron(0 3 L * ? *)', '2026-11-30T03:00'],
  ['the workday next to the 15th, a Sunday', 'cron(0 3 15W * ? *)', '2027-08-16T03:00', '2027-08-01T00:00:00Z'],
  ['the workday next to the 1st, a Saturday', 'cron(0 3 1W * ? *)', '2027-05-03T03:00', '2027-04-30T00:00:00Z'],
  ['the second Monday', 'cron(0 3 ? * MON#2 *)', '2026-12-14T03:00'],
  ['the last Friday', 'cron(0 3 ? * 6L *)', '2026-11-27T03:00'],
  ['the last day of the week', 'cron(0 3 ? * L *)', '2026-11-28T03:00'],
])('%s is understood: %s', (_, expression, expected, from = '2026-11-21T10:00:00Z') => {
  expect(next(expression, Date.parse(from))).toBe(expected);
});

test('a schedule of years that are over starts nothing any more, and was right in its time', () => {
  expect(next('cron(0 12 1 1 ? 2020)')).toBeNull();
});

test.each([
  ['cron(0 25 ? * SUN *)', /"25" for the hours, which must be 0 to 23/],
  ['cron(60 3 ? * SUN *)', /"60" for the minutes/],
  ['cron(? 3 ? * SUN *)', /"\?" for the minutes/],
  ['cron(0 3 32 * ? *)', /"32" for the day of the month/],
  ['cron(0 3 32W * ? *)', /"32" for the day of the month/],
  ['cron(0 3 ? 13 SUN *)', /"13" for the month, .* or JAN to DEC/],
  ['cron(0 3 ? * 0 *)', /"0" for the day of the week/],
  ['cron(0 3 ? * SUNDAY *)', /"SUNDAY" for the day of the week/],
  ['cron(0 3 ? * SAT-SUN *)', /"SAT-SUN" for the day of the week/],
  ['cron(0 3 ? * 2#6 *)', /"2#6" for the day of the week/],
  ['cron(0 3 ? * SUN 1969)', /"1969" for the year/],
  ['cron(0 3/0 ? * SUN *)', /"3\/0" for the hours/],
  ['cron(0 3 * * *)', /six fields/],
  ['cron(0  3 ? * SUN *)', /six fields/],
  ['cron(0 3 * * * *)', /must have \?/],
  ['cron(0 3 ? * ? *)', /must have \?/],
  ['rate(1 days)', /rate\(1 day\)/],
  ['rate(2 day)', /rate\(2 days\)/],
  ['rate(0 days)', /a number from 1/],
  ['at(2026-11-21T03:00:00)', /a schedule of EventBridge/],
  ['every day', /a schedule of EventBridge/],
])('what AWS refuses is refused before it is deployed: %s', (expression, why) => {
  expect(problem(expression)).toMatch(why);
});

test.each(['cron(0 3 31 2 ? *)', 'cron(0 3 31 4,6,9,11 ? *)', 'cron(0 3 29 2 ? 2027)'])(
  'what never comes is refused: %s',
  (expression) => {
    expect(problem(expression)).toMatch(/no day that there is/);
  },
);

test.each(['rate(1 minute)', 'rate(59 minutes)', 'cron(0/30 3 ? * SUN *)', 'cron(* 3 ? * SUN *)'])(
  'more than once an hour holds every cutover up: %s is refused',
  (expression) => {
    expect(problem(expression)).toMatch(/more than once an hour/);
  },
);
