import type { Clock } from '../../lib/local/clock.ts';

export interface ManualClock extends Clock {
  /** Lets `ms` pass: wakes whoever sleeps till then, in order, each with the time it asked for. */
  advance(ms: number): Promise<void>;
  /** How long each sleeper still has, in milliseconds; the shortest first. */
  sleepers(): number[];
}

/** A clock that stands still until the test moves it. */
export function createManualClock(start = Date.parse('2026-01-05T12:00:00Z')): ManualClock {
  let now = start;
  let sleeping: { readonly at: number; wake(): void }[] = [];
  const sorted = () => [...sleeping].sort((a, b) => a.at - b.at);
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  return {
    now: () => now,
    sleep(ms, signal) {
      if (ms <= 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const leave = () => {
          sleeping = sleeping.filter((each) => each !== sleeper);
        };
        const sleeper = {
          at: now + ms,
          wake() {
            leave();
            resolve();
          },
        };
        sleeping.push(sleeper);
        signal?.addEventListener('abort', () => {
          leave();
          reject(signal.reason);
        });
      });
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let [next] = sorted(); next && next.at <= end; [next] = sorted()) {
        now = next.at;
        next.wake();
        await settle();
      }
      now = end;
      await settle();
    },
    sleepers: () => sorted().map((each) => each.at - now),
  };
}
