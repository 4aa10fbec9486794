/** When a schedule of EventBridge starts something; moments in milliseconds since 1970. */
interface Schedule {
  /** The first start after a moment, a rate counted from there; null when there is none any more. */
  next(after: number): number | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = { minute: MINUTE, hour: HOUR, day: DAY };
/** Each start holds the migration's lease, so that a cutover waits, and its report goes to every approver. */
const SHORTEST = HOUR;
const LAST_YEAR = 2199;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** What makes an expression wrong, in a sentence without its full stop. */
class Wrong extends Error {}

/**
 * Reads `rate(1 day)` or `cron(0 3 ? * SAT *)` as rules of EventBridge do, in UTC, with `L`, `W` and `#`.
 * @returns why it is wrong, where AWS refuses it, where it never starts anything, and where it does so more often than hourly
 */
export function readSchedule(expression: string): Schedule | { readonly problem: string } {
  const [, kind, body = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  try {
    if (kind === 'rate') return rate(body);
    if (kind === 'cron') return cron(body);
    throw new Wrong('must be a schedule of EventBridge, like rate(1 day) or cron(0 3 ? * SAT *)');
  } catch (error) {
    if (error instanceof Wrong) return { problem: error.message };
    throw error;
  }
}

function rate(body: string): Schedule {
  const [, count = '', unit = '', plural = ''] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(body) ?? [];
  if (!count) throw new Wrong('must be a number from 1 and minutes, hours or days, like rate(1 day)');
  if ((count === '1') === (plural === 's'))
    throw new Wrong(`must be as AWS wants it: rate(${count} ${unit}${count === '1' ? '' : 's'})`);
  const every = Number(count) * (UNITS[unit] ?? DAY);
  if (every < SHORTEST) throw new Wrong(tooOften);
  return { next: (after) => after + every };
}

const tooOften =
  'starts more than once an hour: each start holds the migration, so that a cutover has to wait, and mails the approvers; choose rate(1 hour) or more';

/** Whether a day fits a field of days. */
type Fits = (day: Date) => boolean;

function cron(body: string): Schedule {
  const fields = body.split(' ');
  const [minutes = '', hours = '', date = '', month = '', weekday = '', year = ''] = fields;
  if (fields.length !== 6 || fields.includes('')) {
    throw new Wrong('must have six fields: minutes, hours, day of the month, month, day of the week, year');
  }
  if ((date === '?') === (weekday === '?')) {
    throw new Wrong('must have ? for the day of the month or for the day of the week, and for one of them only');
  }
  const at = {
    minutes: numbers('the minutes', minutes, 0, 59),
    hours: numbers('the hours', hours, 0, 23),
    months: numbers('the month', month, 1, 12, MONTHS),
    years: numbers('the year', year, 1970, LAST_YEAR),
  };
  const fits = date === '?' ? byWeekday(weekday) : byDate(date);
  const next = (after: number): number | null => {
    const ends = Date.UTC(Math.max(...at.years), 11, 31);
    for (let start = Math.floor(after / DAY) * DAY; start <= ends; start += DAY) {
      const day = new Date(start);
      if (!at.years.has(day.getUTCFullYear()) || !at.months.has(day.getUTCMonth() + 1) || !fits(day)) continue;
      for (const hour of at.hours) {
        for (const minute of at.minutes) {
          const moment = start + hour * HOUR + minute * MINUTE;
          if (moment > after) return moment;
        }
      }
    }
    return null;
  };
  if (next(-1) === null) throw new Wrong('names no day that there is, so that it never starts anything');
  // With one minute in the field two starts are an hour apart at least, with two they never are.
  if (at.minutes.size > 1) throw new Wrong(tooOften);
  return { next };
}

function byDate(field: string): Fits {
  if (field === 'L') return (day) => day.getUTCDate() === daysIn(day);
  const [, near] = /^(\d+)W$/.exec(field) ?? [];
  if (near !== undefined) {
    const wanted = [...numbers('the day of the month', near, 1, 31)][0] ?? 1;
    return (day) => wanted <= daysIn(day) && day.getUTCDate() === nearestWorkday(day, wanted);
  }
  const dates = numbers('the day of the month', field, 1, 31);
  return (day) => dates.has(day.getUTCDate());
}

function byWeekday(field: string): Fits {
  const named = (text: string) => numbers('the day of the week', text, 1, 7, WEEKDAYS);
  // The last day of the week is Saturday.
  if (field === 'L') return (day) => day.getUTCDay() === 6;
  const [, last] = /^(\w+)L$/.exec(field) ?? [];
  if (last !== undefined) {
    const days = named(last);
    return (day) => days.has(day.getUTCDay() + 1) && day.getUTCDate() > daysIn(day) - 7;
  }
  const [, nth, which] = /^(\w+)#([1-5])$/.exec(field) ?? [];
  if (nth !== undefined) {
    const days = named(nth);
    return (day) => days.has(day.getUTCDay() + 1) && Math.ceil(day.getUTCDate() / 7) === Number(which);
  }
  const days = named(field);
  return (day) => days.has(day.getUTCDay() + 1);
}

/** The values of `*`, `5`, `1-5`, `MON-FRI`, `0/15` and lists of them, in ascending order. */
function numbers(
  of: string,
  field: string,
  low: number,
  high: number,
  names: readonly string[] = [],
): ReadonlySet<number> {
  const number = (text: string): number => {
    const index = names.indexOf(text.toUpperCase());
    return index >= 0 ? index + low : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  };
  const values = field.split(',').flatMap((part) => {
    const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/([1-9]\d*))?$/.exec(part) ?? [];
    const from = first === '*' ? low : number(first);
    const to = last !== undefined ? number(last) : first === '*' || step ? high : from;
    if (!(from >= low && to <= high && from <= to && !(first === '*' && last))) {
      throw new Wrong(
        `has "${field}" for ${of}, which must be ${low} to ${high}${names.length > 0 ? ` or ${names[0]} to ${names.at(-1)}` : ''}`,
      );
    }
    const every = Number(step ?? 1);
    return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => from + index * every);
  });
  return new Set(values.sort((a, b) => a - b));
}

const daysIn = (day: Date): number => new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();

/** The day from Monday to Friday next to a date, in the same month. */
function nearestWorkday(month: Date, date: number): number {
  const weekday = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), date)).getUTCDay();
  if (weekday === 6) return date === 1 ? 3 : date - 1;
  if (weekday === 0) return date === daysIn(month) ? date - 2 : date + 1;
  return date;
}
