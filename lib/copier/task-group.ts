import { setMaxListeners } from 'node:events';

/**
 * Runs several jobs side by side. The first failure aborts the signal that all of them hold;
 * all have ended when this returns or throws that failure.
 */
export async function taskGroup<T>(
  signal: AbortSignal,
  jobs: readonly ((signal: AbortSignal) => Promise<T>)[],
): Promise<T[]> {
  const together = new AbortController();
  const all = AbortSignal.any([signal, together.signal]);
  // Each session listens; a large group is no leak.
  setMaxListeners(0, all);
  let first: { error: unknown } | undefined;
  const results = await Promise.allSettled(
    jobs.map(async (job) => {
      try {
        all.throwIfAborted();
        return await job(all);
      } catch (error) {
        first ??= { error: signal.aborted ? signal.reason : error };
        together.abort(error);
        throw error;
      }
    }),
  );
  if (first) throw first.error;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}
