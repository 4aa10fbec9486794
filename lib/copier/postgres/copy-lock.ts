import type pg from 'pg';
import { applicationPrefix } from '../../adapters/postgres/names.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import type { Surroundings } from '../ports.ts';
import type { Database } from './session.ts';

/** The first half of the lock's name: an arbitrary number, the same in every release. The second is the key's hash. */
const COPIES = 7_277_245;
/** Sessions that were told to end need a moment: 40 tries, 250 ms apart, are 10 s. */
const TRIES = 40;
const AGAIN_MS = 250;

/**
 * A session's lock on this database against another copy of the same migration, started from another place. It
 * catches double starts; what keeps a stale writer out is the fence.
 */
export class CopyLock {
  readonly #database: Database;
  readonly #key: string;
  readonly #around: Surroundings;
  /** The session of this worker that had the lock last. */
  #former: number | undefined;

  constructor(database: Database, key: string, around: Surroundings) {
    this.#database = database;
    this.#key = key;
    this.#around = around;
  }

  /**
   * Takes the lock for as long as the session lives. The first time it ends all sessions that the same run has left in
   * this database, later only its own lost one, which the server may not have missed yet: so a worker's successor
   * takes over from it, and it never takes back. Throws CopyInProgress when somebody else has it.
   */
  async take(session: pg.Client): Promise<void> {
    const { run, epoch } = this.#database;
    const { clock, signal } = this.#around;
    const ended = await session.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
         AND left(application_name, length($1)) = $1
         AND CASE WHEN substr(application_name, length($1) + 1) ~ '^[0-9]{1,9}$'
                  THEN substr(application_name, length($1) + 1)::int <= $2 ELSE false END
         AND ($3::int IS NULL OR pid = $3)`,
      [applicationPrefix(run), epoch, this.#former ?? null],
    );
    if (ended.rowCount) this.#around.log('ended the sessions of a predecessor', { sessions: ended.rowCount });
    const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    this.#former = rows[0]?.pid;
    for (let tries = 1; ; tries++) {
      const { rows: taken } = await session.query<{ taken: boolean }>(
        `SELECT pg_try_advisory_lock(${COPIES}, hashtext($1)) AS taken`,
        [this.#key],
      );
      if (taken[0]?.taken) return;
      if (tries === TRIES) throw await this.#inProgress(session);
      await clock.sleep(AGAIN_MS, signal);
    }
  }

  async #inProgress(session: pg.Client): Promise<WorkflowError> {
    const { rows } = await session.query<{ who: string }>(
      `SELECT a.application_name || ', session ' || a.pid AS who
       FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ${COPIES} AND l.objid::text = (hashtext($1)::bigint & 4294967295)::text
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [this.#key],
    );
    const { side, database, host } = this.#database;
    return new WorkflowError(
      'CopyInProgress',
      `Another copy into ${this.#key} is under way: it holds the ${side} database "${database}" at ${host} (${rows[0]?.who ?? 'it has just ended'}). Wait for its end, or stop it, then start again.`,
    );
  }
}
