import { applicationName } from '../../adapters/postgres/names.ts';
import type { Surroundings } from '../ports.ts';
import type { Database } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';

/** Who waits for us so long waits too long: behind an ALTER TABLE every reader queues. */
export const PATIENCE_MS = 2000;
/** How often the locks are looked at, and how long a session that was asked to stop has for it. */
export const LOOK_EVERY_MS = 250;

/**
 * Until `over`: makes our own sessions let go of tables for which somebody waits. First the statement is cancelled;
 * a session that is still seen at the next look (it may be sending, or be idle in its transaction) is ended. `asked`
 * is told of each, so that its work is given up at this end too and done again later.
 *
 * So whoever asks for an exclusive lock has it within 2.0 s of patience + 0.25 s until the next look + 0.25 s until the
 * one after it = 2.5 s, and the time that the looks themselves take: below 3 s.
 */
export async function standAside(
  database: Database,
  around: Pick<Surroundings, 'clock' | 'log' | 'signal'>,
  over: AbortSignal,
  asked: (session: number) => void = () => {},
): Promise<void> {
  const { clock, log } = around;
  const signal = AbortSignal.any([around.signal, over]);
  const session = new SteadySession(database, { ...around, signal });
  const ours = applicationName(database.run, database.epoch);
  const cancelled = new Set<number>();
  try {
    for (;;) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      const { rows } = await session.try('see who waits', (client) =>
        client.query<{ pid: number; table: string }>(inTheWay, [ours, PATIENCE_MS]),
      );
      for (const { pid, table } of rows) {
        const again = cancelled.has(pid);
        log(again ? 'ended a session that did not stand aside' : 'stood aside for a waiting session', {
          session: pid,
          table,
        });
        cancelled.add(pid);
        asked(pid);
        const stop = again ? 'pg_terminate_backend' : 'pg_cancel_backend';
        await session.try('stand aside', (client) => client.query(`SELECT ${stop}($1)`, [pid]));
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await session.close();
  }
}

/**
 * Our sessions lock tables in ACCESS SHARE mode alone, and only ACCESS EXCLUSIVE waits for that. Waiting for our
 * snapshot (CREATE INDEX CONCURRENTLY) is another matter: it ends with the dump. One look at pg_locks, because two
 * would not fit together. A waiting standby's recovery is found too, which pg_blocking_pids does not tell.
 */
const inTheWay = `
  WITH locks AS MATERIALIZED (SELECT * FROM pg_locks WHERE locktype = 'relation')
  SELECT held.pid, min(held.relation::regclass::text) AS table
  FROM locks AS waiting
  JOIN locks AS held ON held.granted AND held.database = waiting.database AND held.relation = waiting.relation
  JOIN pg_stat_activity AS session ON session.pid = held.pid
  WHERE NOT waiting.granted AND waiting.mode = 'AccessExclusiveLock'
    AND waiting.waitstart <= clock_timestamp() - $2 * interval '1 ms'
    AND session.application_name = $1 AND session.datname = current_database()
  GROUP BY held.pid`;
