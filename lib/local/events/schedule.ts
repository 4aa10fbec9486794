/** When a schedule fires next. */
export interface Schedule {
  /** The first moment after `after`, both in milliseconds since the epoch; undefined when there is none any more. */
  next(after: number): number | undefined;
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** A cron expression that fits no date within this many days never will: 29 February comes within eight years. */
const HORIZON_DAYS = 8 * 366;

/**
 * Reads `rate(5 minutes)`, `cron(0 3 ? * MON-FRI *)` or `at(2026-11-21T03:00:00)`; the latter two in `timezone`
 * (UTC for rules of EventBridge). An expression that AWS would refuse, or that is not understood, is an error here.
 */
export function parseSchedule(expression: string, timezone = 'UTC'): Schedule {
  const [, kind, body = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') return rate(body, expression);
  if (kind === 'cron') return cron(body, expression, timezone);
  if (kind === 'at') return at(body, expression, timezone);
  throw refused(expression, 'it is none of rate(…), cron(…) and at(…)');
}

function rate(body: string, expression: string): Schedule {
  const [, count, unit = ''] = /^([1-9]\d*) (minute|hour|day)(?:s)?$/.exec(body) ?? [];
  if (!count) throw refused(expression, 'a rate is a number from 1 and minute(s), hour(s) or day(s)');
  if ((count === '1') === body.endsWith('s')) throw refused(expression, 'AWS wants "1 minute" and "2 minutes"');
  return { next: (after) => after + Number(count) * UNITS[unit]! };
}

function at(body: string, expression: string, timezone: string): Schedule {
  const wall = Date.parse(`${body}Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) || Number.isNaN(wall))
    throw refused(expression, 'the time must be yyyy-mm-ddThh:mm:ss');
  const moment = fromWall(wall, timezone);
  return { next: (after) => (moment > after ? moment : undefined) };
}

function cron(body: string, expression: string, timezone: string): Schedule {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== 6)
    throw refused(expression, 'cron has six fields: minutes, hours, day of month, month, day of week, year');
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw refused(expression, 'exactly one of day of month and day of week must be ?');
  const read = (field: string, from: number, to: number, names: readonly string[] = []) =>
    readField(field, from, to, names, expression);
  const sets = {
    minutes: read(minutes, 0, 59),
    hours: read(hours, 0, 23),
    dayOfMonth: read(dayOfMonth, 1, 31),
    month: read(month, 1, 12, ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']),
    dayOfWeek: read(dayOfWeek, 1, 7, ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']),
    year: read(year, 1970, 2199),
  };
  const fits = (day: Date) =>
    sets.year.has(day.getUTCFullYear()) &&
    sets.month.has(day.getUTCMonth() + 1) &&
    sets.dayOfMonth.has(day.getUTCDate()) &&
    sets.dayOfWeek.has(day.getUTCDay() + 1);
  return {
    next(after) {
      const start = Math.floor(toWall(after, timezone) / UNITS.day!) * UNITS.day!;
      for (let days = 0; days <= HORIZON_DAYS; days++) {
        const day = start + days * UNITS.day!;
        if (!fits(new Date(day))) continue;
        for (const hour of sets.hours) {
          for (const minute of sets.minutes) {
            const moment = fromWall(day + hour * UNITS.hour! + minute * UNITS.minute!, timezone);
            if (moment > after) return moment;
          }
        }
      }
      return undefined;
    },
  };
}

/** `*`, `?`, `5`, `1-5`, `MON-FRI`, `0/15`, and lists of them, in ascending order. */
function readField(
  field: string,
  from: number,
  to: number,
  names: readonly string[],
  expression: string,
): ReadonlySet<number> {
  const values = field.split(',').flatMap((part) => {
    const [, first = '', last, step] = /^(\*|\?|\w+)(?:-(\w+))?(?:\/([1-9]\d*))?$/.exec(part) ?? [];
    const number = (text: string) =>
      names.includes(text.toUpperCase()) ? names.indexOf(text.toUpperCase()) + from : Number(text);
    const every = first === '*' || first === '?';
    const low = every ? from : number(first);
    const high = last !== undefined ? number(last) : every || step ? to : low;
    if (first === '' || !(low >= from && high <= to && low <= high))
      throw refused(expression, `the field ${field} is not understood`);
    return Array.from(
      { length: Math.floor((high - low) / Number(step ?? 1)) + 1 },
      (_, index) => low + index * Number(step ?? 1),
    );
  });
  return new Set(values.sort((a, b) => a - b));
}

/** What the clock on the wall of a time zone shows, as if it were UTC. */
function toWall(moment: number, timezone: string): number {
  if (timezone === 'UTC') return moment;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    ...({
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const),
  }).formatToParts(moment);
  const [year, month, day, hour, minute, second] = (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map(
    (type) => Number(parts.find((part) => part.type === type)?.value),
  ) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The moment at which a wall shows this time; one that summer time skips is moved behind the gap. */
function fromWall(wall: number, timezone: string): number {
  const guess = wall - (toWall(wall, timezone) - wall);
  return guess + (wall - toWall(guess, timezone));
}

const refused = (expression: string, why: string) => new Error(`The schedule ${expression} is refused: ${why}.`);
