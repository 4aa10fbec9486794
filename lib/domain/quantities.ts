/** How quantities read everywhere: pages, mail, terminal and errors. Decimal units, a point for fractions. */

const fixed = (number: number, digits: number): string =>
  number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** `1,234,567`. */
export const count = (number: number): string => fixed(number, 0);

/** `1 table`, `12 tables`. */
export const plural = (number: number, noun: string): string => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

/** The first few of many names, and how many more there are. */
export function several(names: readonly string[], shown = 5): string {
  const rest = names.length - shown;
  return rest > 0 ? `${names.slice(0, shown).join(', ')} and ${rest} more` : names.join(', ');
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** What was measured: `0 B`, `999 B`, `1.5 kB`, `62.4 MB`, `123 GB`. */
export function bytes(number: number): string {
  let value = Math.abs(number);
  let unit = 0;
  // 999.5 would be printed as 1,000 of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${number < 0 ? '-' : ''}${fixed(value, digits)} ${units[unit]}`;
}

/** `18.2 MB/s`. */
export const rate = (bytesPerSecond: number): string => `${bytes(bytesPerSecond)}/s`;

/** Of a database, a table or a disk, in a sentence: `2.5 GB`; what is less than a megabyte counts as one. */
export function size(bytes: number): string {
  const [one, unit] = (
    [
      [1e12, 'TB'],
      [1e9, 'GB'],
    ] as const
  ).find(([least]) => bytes >= least) ?? [1e6, 'MB'];
  return `${Number(Math.max(1, bytes / one).toPrecision(3))} ${unit}`;
}

const pad = (number: number): string => String(number).padStart(2, '0');

/** What was measured or predicted: `4 ms`, `0.4 s`, `12.3 s`, `2 min 05 s`, `1 h 02 min`, `3 d 04 h`. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 0.095) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 59.95) return `${fixed(Math.max(0, seconds), 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

/** `4.2 s to 8 min 20 s`. */
export const interval = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${duration(low)} to ${duration(high)}`;

/** A limit or an estimate: whole seconds, minutes or hours, rounded up. */
export function wholeDuration(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}

/** Seconds from one instant to another, both ISO 8601; 0 where clocks disagree about the order. */
export const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;

/** `2026-11-21 22:04 UTC`; with seconds where moments lie close together. */
export function utc(moment: string | number, precision: 'minute' | 'second' = 'minute'): string {
  const [day, time] = new Date(moment).toISOString().split('T');
  return `${day} ${time!.slice(0, precision === 'minute' ? 5 : 8)} UTC`;
}

/** What is left until a deadline: `1 h 59 min left`, `passed 4 min 00 s ago`. */
export function remaining(deadline: string, now: number): string {
  const seconds = (Date.parse(deadline) - now) / 1000;
  return seconds > 0 ? `${duration(seconds)} left` : `passed ${duration(-seconds)} ago`;
}
