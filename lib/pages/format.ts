/** How quantities read everywhere: pages, mail, terminal and chat. Decimal units, a point for fractions. */
import { duration } from '../domain/duration.ts';

export { duration, interval } from '../domain/duration.ts';

const thin = (number: number, digits: number): string =>
  number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** `1,234,567`. */
export const count = (number: number): string => thin(number, 0);

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `0 B`, `999 B`, `1.5 kB`, `62.4 MB`, `123 GB`: three digits that mean something. */
export function bytes(number: number): string {
  let value = Math.abs(number);
  let unit = 0;
  // 999.5 would be printed as 1,000 of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${number < 0 ? '-' : ''}${thin(value, digits)} ${units[unit]}`;
}

/** `18.2 MB/s`. */
export const rate = (bytesPerSecond: number): string => `${bytes(bytesPerSecond)}/s`;

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

/** `1 table`, `12 tables`. */
export const plural = (number: number, noun: string): string => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
