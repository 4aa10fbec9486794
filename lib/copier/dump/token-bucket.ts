import type { Clock } from '../ports.ts';

/** Unused so far, a rate may be made up for by this much: a source that stalled for a moment loses nothing. */
export const BURST_MS = 1000;

/** Bytes at a rate, for everybody who draws from the same bucket. */
export class TokenBucket {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #bytesPerMs: number;
  /** When everything that was drawn so far is paid for. */
  #paid = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'now'>, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** Draws `bytes`; they may go on after so many milliseconds. */
  draw(bytes: number): number {
    const now = this.#clock.now();
    const from = Math.max(this.#paid, now - BURST_MS);
    this.#paid = from + bytes / this.#bytesPerMs;
    return Math.max(0, this.#paid - now);
  }
}
