import type { Clock } from '../../../lib/local/clock.ts';

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/**
 * A clock that stands still until it is moved. With `leaping`, it moves by itself to the next sleeper's hour whenever
 * nothing else is left to do in this turn of the event loop, so that waits cost no time.
 */
export class FakeClock implements Clock {
  #now = Date.parse('2026-03-01T10:00:00Z');
  #sleepers: Sleeper[] = [];
  leaping = false;

  /** Moves the time on while nobody is there: who ought to have been woken meanwhile is woken afterwards. */
  jump(ms: number): void {
    this.#now += ms;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper: Sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      });
      if (this.leaping) setImmediate(() => this.#leap(sleeper));
    });
  }

  /** Moves the time on, waking every sleeper in its order, and lets what they started run. */
  async advance(seconds: number): Promise<void> {
    const target = this.#now + seconds * 1000;
    for (;;) {
      await settle();
      const next = this.#next();
      if (next === undefined || next.until > target) break;
      this.#wake(next);
    }
    this.#now = target;
    await settle();
  }

  #leap(sleeper: Sleeper): void {
    if (this.#sleepers.includes(sleeper) && this.#next() === sleeper) this.#wake(sleeper);
    else if (this.#sleepers.includes(sleeper)) setImmediate(() => this.#leap(sleeper));
  }

  #next(): Sleeper | undefined {
    return this.#sleepers.toSorted((a, b) => a.until - b.until)[0];
  }

  #wake(sleeper: Sleeper): void {
    this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
    this.#now = Math.max(this.#now, sleeper.until);
    sleeper.wake();
  }
}

/** Lets everything that does not wait for time run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
