import type pg from 'pg';
import { WorkflowError } from '../workflow/errors.ts';
import type { Surroundings } from './ports.ts';
import { closeSession, codeOf, declared, isConnectionLoss, type Login, openSession } from './postgres/session.ts';

/** What is cured by another try is tried again after 1 s · 2ⁿ; 6 tries = 31 s of waiting. */
const TRIES = 6;
/** A lock that was not given in time, a cancelled statement, a deadlock. */
const transient = ['55P03', '57014', '40P01'];

/** A session that is opened when needed and replaced when it is lost. */
export class SteadySession {
  readonly #login: Login;
  readonly #around: Surroundings;
  #session: pg.Client | undefined;

  constructor(login: Login, around: Surroundings) {
    this.#login = login;
    this.#around = around;
  }

  /**
   * Does `job`, again on a new session if what failed may pass. A job must leave nothing behind when it fails:
   * its session is closed, so an open transaction is rolled back. PostgreSQL's errors get their declared names.
   */
  async try<T>(what: string, job: (session: pg.Client) => Promise<T>): Promise<T> {
    const { signal, clock, log } = this.#around;
    for (let tries = 1; ; tries++) {
      try {
        this.#session ??= await openSession(this.#login, signal);
        return await job(this.#session);
      } catch (error) {
        await this.close();
        signal.throwIfAborted();
        if (tries === TRIES || !mayPass(error)) throw codeOf(error) ? declared(error, this.#login.side, what) : error;
        log('tried again', { what, tries, reason: (error as Error).message });
        await clock.sleep(1000 * 2 ** (tries - 1), signal);
      }
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session) await closeSession(session);
  }
}

const mayPass = (error: unknown) =>
  isConnectionLoss(error) ||
  transient.includes(codeOf(error) ?? '') ||
  (error instanceof WorkflowError && error.name === 'ServiceUnavailable');
