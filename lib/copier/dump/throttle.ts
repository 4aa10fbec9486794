import type { ThrottleLimits } from '../contract.ts';
import type { Clock, Log } from '../ports.ts';
import { TokenBucket } from './token-bucket.ts';

/** What holds a dump back. */
type Brake = 'rate' | 'replica lag' | 'lock waits';

/** A chunk that is under way when a pause begins may wait so long, and then gives its locks back. */
export const PAUSED_CHUNK_MS = 5000;

/** A pause outlasted the patience of a chunk under way: copy it again later. */
export class PausedTooLong extends Error {}

interface Pause {
  readonly brake: Brake | undefined;
  /** For people: `replica lag 12 s`. */
  readonly why: string;
  readonly since: number;
}

/** What every part of a dump passes on its way out of the source. One throttle for all workers. */
export class Throttle {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #bucket: TokenBucket | undefined;
  readonly #seconds: Record<Brake, number> = { rate: 0, 'replica lag': 0, 'lock waits': 0 };
  #pause: Pause | undefined;
  #over = Promise.withResolvers<void>();

  /** Paused from the start where the source's load decides, until it was looked at once. */
  constructor(limits: ThrottleLimits, clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
    const { maxMegabytesPerSecond: rate } = limits;
    this.#bucket = rate === undefined ? undefined : new TokenBucket(clock, rate * 1e6);
    if (limits.maxReplicaLagSeconds !== undefined || limits.maxLockWaits !== undefined) {
      this.#pause = { brake: undefined, why: 'first look at the load', since: clock.now() };
    }
  }

  /** Why nothing is copied now; undefined while copying. */
  get paused(): string | undefined {
    return this.#pause?.why;
  }

  /** Seconds so far by what they were spent on: pauses of the whole dump; for `rate`, of all workers together. */
  get held(): Readonly<Record<Brake, number>> {
    const seconds = { ...this.#seconds };
    if (this.#pause?.brake) seconds[this.#pause.brake] += (this.#clock.now() - this.#pause.since) / 1000;
    return seconds;
  }

  /** For the report: what held the dump back, and how long. */
  get sentences(): string[] {
    const { rate, ...pauses } = this.held;
    const paused = Object.entries(pauses)
      .filter(([, seconds]) => seconds > 0)
      .map(([brake, seconds]) => `The dump was paused for ${seconds.toFixed(1)} s by ${brake} at the source.`);
    if (rate === 0) return paused;
    return [...paused, `The dump's workers waited ${rate.toFixed(1)} s in all for the rate that the source allows.`];
  }

  /** Begins a pause, or gives the one under way another reason. */
  pause(brake: Brake, why: string): void {
    if (this.#pause?.brake !== brake) {
      this.#account();
      this.#log('paused', { why });
      this.#pause = { brake, why, since: this.#clock.now() };
    } else {
      this.#pause = { ...this.#pause, why };
    }
  }

  resume(): void {
    if (!this.#pause) return;
    if (this.#pause.brake) this.#log('goes on');
    this.#account();
    this.#pause = undefined;
    this.#over.resolve();
    this.#over = Promise.withResolvers();
  }

  /** Before a chunk takes its locks: waits for the end of a pause, however long. */
  async admit(signal: AbortSignal): Promise<void> {
    while (this.#pause) await whichever(signal, this.#over.promise);
  }

  /**
   * Before a part of a chunk goes on: waits for the rate, and a little for the end of a pause. Throws PausedTooLong,
   * because the chunk's tables are locked all the while.
   */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    const wait = this.#bucket?.draw(bytes) ?? 0;
    if (wait > 0) {
      const since = this.#clock.now();
      await this.#clock.sleep(wait, signal).finally(() => {
        this.#seconds.rate += (this.#clock.now() - since) / 1000;
      });
    }
    if (!this.#pause) return;
    const enough = new AbortController();
    const patience = this.#clock.sleep(PAUSED_CHUNK_MS, AbortSignal.any([signal, enough.signal])).catch(() => {});
    await whichever(signal, Promise.race([this.#over.promise, patience])).finally(() => enough.abort());
    if (this.#pause) throw new PausedTooLong(this.#pause.why);
  }

  #account(): void {
    if (this.#pause?.brake) this.#seconds[this.#pause.brake] += (this.#clock.now() - this.#pause.since) / 1000;
  }
}

/** The promise, or the signal's reason if that comes first. */
async function whichever(signal: AbortSignal, promise: Promise<void>): Promise<void> {
  signal.throwIfAborted();
  const left = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: left.signal });
  });
  await Promise.race([promise, aborted]).finally(() => left.abort());
}
