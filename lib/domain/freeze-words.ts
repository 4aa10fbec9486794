import type { Interval, PredictedPart } from '../workflow/documents/measurement.ts';
import { count, duration, interval } from './quantities.ts';

/** How long the freeze will be, in the words of approval page, mail, report and terminal alike. */

type Parts = readonly Pick<PredictedPart, 'basis'>[];

/** `up to 1 h 00 min to decide on “switch”`. */
export const toDecide = (seconds: number): string => `up to ${duration(seconds)} to decide on “switch”`;

/** `3 of 6 parts were never measured, and have the limits that AWS documents`; null where all were measured. */
export function unmeasured(parts: Parts): string | null {
  const never = parts.filter(({ basis }) => basis === 'documented').length;
  if (never === 0) return null;
  return `${count(never)} of ${count(parts.length)} parts ${never === 1 ? 'was never measured, and has' : 'were never measured, and have'} the limits that AWS documents`;
}

/**
 * `9.6 s to 7 min 21 s, and up to 1 h 00 min to decide on “switch”; 3 of 6 parts were never measured, …`.
 * @param decideSeconds null where nobody is asked
 */
export function predictedFreeze(predicted: Interval, decideSeconds: number | null, parts: Parts): string {
  const decide = decideSeconds === null ? '' : `, and ${toDecide(decideSeconds)}`;
  const never = unmeasured(parts);
  return `${interval(predicted)}${decide}${never === null ? '' : `; ${never}`}`;
}

/** `1 h 07 min: the longest predicted freeze (7 min 21 s) and up to 1 h 00 min to decide on “switch”. …`, in sentences. */
export function longestOutage({ high }: Pick<Interval, 'high'>, decideSeconds: number | null, parts: Parts): string {
  const never = unmeasured(parts);
  const sum =
    decideSeconds === null
      ? `${duration(high)}: the longest predicted freeze.`
      : `${duration(high + decideSeconds)}: the longest predicted freeze (${duration(high)}) and ${toDecide(decideSeconds)}. If “switch” is not approved, users wait until the source has started again.`;
  return never === null ? sum : `${sum} Of the freeze ${never}.`;
}
