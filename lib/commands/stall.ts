import type { Progress } from '../pages/terminal.ts';

/** A chunk is 64 MB, or ten seconds of a rate that is configured: twice that without one is worth a word. */
const STALLED_MS = 20_000;

/**
 * Watches whether chunks still arrive, look by look; nothing is missed once all are there.
 * @returns given the progress at a moment in milliseconds, seconds since a chunk was done, or null while that is no news
 */
export function stallWatch(): (progress: Pick<Progress, 'bytes' | 'totalBytes'>, now: number) => number | null {
  let last: { readonly bytes: number | undefined; readonly at: number } | undefined;
  return ({ bytes, totalBytes }, now) => {
    if (last === undefined || last.bytes !== bytes) last = { bytes, at: now };
    const isDone = bytes === undefined || totalBytes === undefined || bytes >= totalBytes;
    return isDone || now - last.at < STALLED_MS ? null : (now - last.at) / 1000;
  };
}
