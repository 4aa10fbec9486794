import type pg from 'pg';
import type { ThrottleLimits } from '../contract.ts';
import type { Clock, Log, Surroundings } from '../ports.ts';
import { type Database, sqlState } from '../postgres/session.ts';
import { taskGroup } from '../task-group.ts';
import { watchLoad } from './source-load.ts';
import { standAside } from './stand-aside.ts';
import { PausedTooLong, Throttle } from './throttle.ts';

const LOCK_NOT_AVAILABLE = '55P03';

/** A chunk gave its locks back before it was done: it is copied again later. */
export class PutBack extends Error {
  /** Somebody else wanted, or had, the lock. */
  readonly locked: boolean;

  constructor(why: string, locked: boolean) {
    super(why);
    this.locked = locked;
  }
}

/** Guards the source, which is somebody else's house, from the dump: it makes way, and it does not hurry. */
export class SourceGuard {
  readonly throttle: Throttle;
  readonly #database: Database;
  readonly #limits: ThrottleLimits;
  readonly #missing: (what: string) => void;
  /** Sessions that hold locks now. */
  readonly #working = new Map<number, AbortController>();

  /** `missing` is told, in a sentence, which limit cannot be kept. */
  constructor(
    database: Database,
    limits: ThrottleLimits,
    around: { readonly clock: Clock; readonly log: Log },
    missing: (what: string) => void,
  ) {
    this.#database = database;
    this.#limits = limits;
    this.#missing = missing;
    this.throttle = new Throttle(limits, around.clock, around.log);
  }

  /** Until `over`: makes our sessions stand aside, and pauses the throttle while the source is busy. */
  async watch(around: Pick<Surroundings, 'clock' | 'log' | 'signal'>, over: AbortSignal): Promise<void> {
    await taskGroup(around.signal, [
      (signal) =>
        standAside(this.#database, { ...around, signal }, over, (session) =>
          this.#working.get(session)?.abort(new PutBack('another session waited for its lock', true)),
        ),
      (signal) => watchLoad(this.#database, this.#limits, this.throttle, { ...around, signal }, over, this.#missing),
    ]);
  }

  /**
   * Runs a job that holds locks; its signal aborts when it must let go of them. Throws PutBack when it had to, when a
   * pause took too long, or when a lock was not given in time.
   */
  async yielding<T>(session: pg.Client, signal: AbortSignal, job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const pid = rows[0]?.pid ?? 0;
    const asked = new AbortController();
    this.#working.set(pid, asked);
    try {
      return await job(AbortSignal.any([signal, asked.signal]));
    } catch (error) {
      signal.throwIfAborted();
      // Whatever it failed with then: a cancelled statement, a lost session, an aborted wait.
      asked.signal.throwIfAborted();
      if (error instanceof PausedTooLong) throw new PutBack(error.message, false);
      if (sqlState(error) === LOCK_NOT_AVAILABLE) throw new PutBack('another session had its lock', true);
      throw error;
    } finally {
      this.#working.delete(pid);
    }
  }
}
