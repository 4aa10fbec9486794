import type { Clock } from '../clock.ts';

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** A clock on which waiting costs no time: it leaps to the next sleeper's hour as soon as nothing else is left to do. */
export class LeapingClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  #leaping = false;

  /** @param startsAt epoch milliseconds */
  constructor(startsAt: number) {
    this.#now = startsAt;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      });
      if (!this.#leaping) this.#leap();
    });
  }

  /** A few turns of the event loop let all work that needs no time come first. */
  #leap(turns = 3): void {
    this.#leaping = true;
    setImmediate(() => {
      if (turns > 0) return this.#leap(turns - 1);
      const [first] = this.#sleepers.sort((a, b) => a.until - b.until);
      this.#leaping = false;
      if (!first) return;
      this.#sleepers.shift();
      this.#now = Math.max(this.#now, first.until);
      first.wake();
      if (this.#sleepers.length > 0) this.#leap();
    });
  }
}
