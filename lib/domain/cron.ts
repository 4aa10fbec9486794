/** A schedule of five fields, as cron reads it: minute, hour, day of the month, month, day of the week. */
interface Cron {
  readonly minute: ReadonlySet<number>;
  readonly hour: ReadonlySet<number>;
  readonly day: ReadonlySet<number>;
  readonly month: ReadonlySet<number>;
  readonly weekday: ReadonlySet<number>;
  /** Where both days are restricted, one of them is enough. */
  readonly eitherDay: boolean;
}

const names = (list: string, first: number): ReadonlyMap<string, number> =>
  new Map(list.split(' ').map((name, index) => [name, index + first]));
const MONTHS = names('jan feb mar apr may jun jul aug sep oct nov dec', 1);
const WEEKDAYS = names('sun mon tue wed thu fri sat', 0);
const MINUTE = 60_000;
/** Nobody asks about a longer stretch: a freeze lasts hours. */
const LONGEST = 48 * 60;

/** Null for what is no schedule of five fields. */
function parse(text: string): Cron | null {
  const fields = text.trim().toLowerCase().split(/\s+/);
  const [minutes, hours, days, months, weekdays] = fields;
  if (fields.length !== 5) return null;
  const minute = values(minutes, 0, 59);
  const hour = values(hours, 0, 23);
  const day = values(days, 1, 31);
  const month = values(months, 1, 12, MONTHS);
  // Sunday is 0 and 7.
  const weekday = values(weekdays, 0, 7, WEEKDAYS);
  if (!minute || !hour || !day || !month || !weekday) return null;
  return {
    minute,
    hour,
    day,
    month,
    weekday: new Set([...weekday].map((each) => each % 7)),
    eitherDay: !days?.startsWith('*') && !weekdays?.startsWith('*'),
  };
}

/** The numbers that a field like `1-5,10` or `0/15` stands for, or null. */
function values(
  field: string | undefined,
  low: number,
  high: number,
  words: ReadonlyMap<string, number> = new Map(),
): ReadonlySet<number> | null {
  const found = new Set<number>();
  for (const part of field?.split(',') ?? []) {
    const match = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) return null;
    const [, all, first = '', last, every] = match;
    const number = (word: string): number => words.get(word) ?? Number(word);
    const step = every === undefined ? 1 : Number(every);
    const from = all ? low : number(first);
    const to = all || (every !== undefined && last === undefined) ? high : number(last ?? first);
    if (!(from >= low && to <= high && from <= to && step >= 1)) return null;
    for (let value = from; value <= to; value += step) found.add(value);
  }
  return found;
}

type Local = Readonly<Record<'minute' | 'hour' | 'day' | 'month' | 'weekday', number>>;

/** Reads wall clocks of a time zone; null where there is no such zone. */
function clockOf(timeZone: string): ((at: number) => Local) | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      minute: 'numeric',
      hour: 'numeric',
      day: 'numeric',
      month: 'numeric',
      weekday: 'short',
    });
  } catch {
    return null;
  }
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    const weekday = WEEKDAYS.get((parts.get('weekday') ?? '').toLowerCase()) ?? 0;
    return { minute: number('minute'), hour: number('hour'), day: number('day'), month: number('month'), weekday };
  };
}

const fires = (cron: Cron, at: Local): boolean => {
  if (!cron.minute.has(at.minute) || !cron.hour.has(at.hour) || !cron.month.has(at.month)) return false;
  const [day, weekday] = [cron.day.has(at.day), cron.weekday.has(at.weekday)];
  return cron.eitherDay ? day || weekday : day && weekday;
};

interface Schedule {
  readonly crontab: string;
  /** As in `Europe/Berlin`; null means UTC. */
  readonly timezone: string | null;
  /** How many workflows have it. */
  readonly workflows: number;
}

/**
 * What schedules start from one moment to another, of which no more than two days are looked at.
 * @param from milliseconds since 1970, included
 * @param to milliseconds since 1970, not included
 * @returns how often workflows are started, when first, and how many workflows have a schedule that cannot be read
 */
export function startsWithin(
  schedules: readonly Schedule[],
  from: number,
  to: number,
): { readonly starts: number; readonly first: number | null; readonly unreadable: number } {
  let starts = 0;
  let first: number | null = null;
  let unreadable = 0;
  const begin = Math.ceil(from / MINUTE) * MINUTE;
  const minutes = Math.min(LONGEST, Math.max(0, Math.ceil((to - begin) / MINUTE)));
  const walls = new Map<string, readonly Local[] | null>();
  const wallsOf = (zone: string): readonly Local[] | null => {
    const known = walls.get(zone);
    if (known !== undefined) return known;
    const clock = clockOf(zone);
    const read = clock && Array.from({ length: minutes }, (_, index) => clock(begin + index * MINUTE));
    walls.set(zone, read);
    return read;
  };
  for (const { crontab, timezone, workflows } of schedules) {
    const cron = parse(crontab);
    const wall = wallsOf(timezone || 'UTC');
    if (!cron || !wall) {
      unreadable += workflows;
      continue;
    }
    const hits = wall.flatMap((at, index) => (fires(cron, at) ? [begin + index * MINUTE] : []));
    starts += hits.length * workflows;
    const [one] = hits;
    if (one !== undefined && (first === null || one < first)) first = one;
  }
  return { starts, first, unreadable };
}
