import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import type { Surroundings } from '../ports.ts';
import { closeSession, type Database, declared, mayPass, openSession, sqlState } from './session.ts';

/** What is cured by another try is tried again after 1 s · 2ⁿ; 6 tries = 31 s of waiting. */
const TRIES = 6;

/** A session that is opened when needed and replaced when it is lost. */
export class SteadySession {
  readonly #database: Database;
  readonly #around: Pick<Surroundings, 'clock' | 'log' | 'signal'>;
  readonly #prepare: (session: pg.Client) => Promise<void>;
  #session: pg.Client | undefined;

  /** `prepare` is done in each session before any job. */
  constructor(
    database: Database,
    around: Pick<Surroundings, 'clock' | 'log' | 'signal'>,
    prepare: (session: pg.Client) => Promise<void> = async () => {},
  ) {
    this.#database = database;
    this.#around = around;
    this.#prepare = prepare;
  }

  /**
   * Does `job`, again on a new session if what failed may pass. A job must leave nothing behind when it fails:
   * its session is closed, so an open transaction is rolled back. PostgreSQL's errors get their declared names.
   */
  async try<T>(what: string, job: (session: pg.Client) => Promise<T>): Promise<T> {
    const { signal, clock, log } = this.#around;
    for (let tries = 1; ; tries++) {
      try {
        this.#session ??= await this.#open();
        return await job(this.#session);
      } catch (error) {
        await this.close();
        signal.throwIfAborted();
        const again = mayPass(error, this.#database) || isUnavailable(error);
        if (!again || tries === TRIES) {
          throw again || sqlState(error) ? declared(error, this.#database, what) : error;
        }
        log('tried again', { what, tries, reason: (error as Error).message });
        await clock.sleep(1000 * 2 ** (tries - 1), signal);
      }
    }
  }

  async #open(): Promise<pg.Client> {
    const session = await openSession(this.#database, this.#around.signal);
    try {
      await this.#prepare(session);
      return session;
    } catch (error) {
      await closeSession(session);
      throw error;
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session) await closeSession(session);
  }
}

const isUnavailable = (error: unknown) => error instanceof WorkflowError && error.name === 'ServiceUnavailable';
