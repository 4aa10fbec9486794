/** A worker writes its progress every second: five times unheard is more than a slow disk. */
const SILENT_MS = 5_000;

/** The worker that has been silent longest though it is not done: it is lost, or about to be replaced. */
export function silentWorker(
  workers: readonly { readonly role: string; readonly phase: string; readonly at: string }[],
  now: number,
): { readonly role: string; readonly seconds: number } | null {
  const silent = workers
    .filter(({ phase }) => phase !== 'done')
    .map(({ role, at }) => ({ role, milliseconds: now - Date.parse(at) }))
    .filter(({ milliseconds }) => milliseconds > SILENT_MS)
    .sort((a, b) => b.milliseconds - a.milliseconds)[0];
  return silent === undefined ? null : { role: silent.role, seconds: silent.milliseconds / 1000 };
}

/** A chunk is 64 MB, or ten seconds of a rate that is configured: twice that without one is worth a word. */
const STALLED_MS = 20_000;

interface Copied {
  readonly bytes?: number;
  readonly totalBytes?: number;
}

/**
 * Watches whether chunks still arrive, look by look; nothing is missed once all are there.
 * @returns given the progress at a moment in milliseconds, seconds since a chunk was done, or null while that is no news
 */
export function stallWatch(): (progress: Copied, now: number) => number | null {
  let last: { readonly bytes: number | undefined; readonly at: number } | undefined;
  return ({ bytes, totalBytes }, now) => {
    if (last === undefined || last.bytes !== bytes) last = { bytes, at: now };
    const isDone = bytes === undefined || totalBytes === undefined || bytes >= totalBytes;
    return isDone || now - last.at < STALLED_MS ? null : (now - last.at) / 1000;
  };
}
