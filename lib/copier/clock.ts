import { setTimeout } from 'node:timers/promises';
import type { Clock } from './ports.ts';

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, { signal });
    } catch (error) {
      // Node tells of an AbortError, whatever the reason.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
