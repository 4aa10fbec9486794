import type { DatabaseFindings } from '../workflow/documents/collected.ts';
import type { Rehearsal } from '../workflow/documents/proofs.ts';

const HOUR_MS = 3_600_000;

/** How the source grew since the last rehearsal; null where there was none, or none that is an hour old: a rate needs time. */
export function growthSince(
  last: Pick<Rehearsal, 'finishedAt' | 'sourceBytes'> | null,
  sizeBytes: number,
  now: number,
): DatabaseFindings['growth'] {
  if (!last) return null;
  const passed = now - Date.parse(last.finishedAt);
  if (passed < HOUR_MS) return null;
  const bytes = sizeBytes - last.sourceBytes;
  return { since: last.finishedAt, bytes, bytesPerDay: Math.round((bytes * 24 * HOUR_MS) / passed) };
}

/** By how many bytes the source may have grown after so many hours, at the rate that was seen; 0 where none is known. */
export const growthWithin = (growth: DatabaseFindings['growth'], hours: number): number =>
  Math.max(0, Math.round(((growth?.bytesPerDay ?? 0) * hours) / 24));
