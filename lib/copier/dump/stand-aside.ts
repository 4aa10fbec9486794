import { applicationName } from '../../adapters/postgres/names.ts';
import type { Surroundings } from '../ports.ts';
import type { Database } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';

/** Who is seen waiting for us twice, this far apart, has waited too long: behind an ALTER TABLE every reader queues. */
const PATIENCE_MS = 2000;

/**
 * Until `over`: ends our own sessions for which others wait, so that their chunk is tried again later. The session
 * that holds the snapshot locks no table, and is spared.
 */
export async function standAside(
  database: Database,
  snapshotHolder: number,
  around: Surroundings,
  over: AbortSignal,
): Promise<void> {
  const { clock, log } = around;
  const signal = AbortSignal.any([around.signal, over]);
  const session = new SteadySession(database, { ...around, signal });
  const ours = applicationName(database.run, database.epoch);
  let before = new Set<string>();
  try {
    for (;;) {
      await clock.sleep(PATIENCE_MS, signal);
      const { rows } = await session.try('see who waits', (client) =>
        client.query<{ waiter: number; blocker: number }>(
          `SELECT DISTINCT l.pid AS waiter, b.pid AS blocker
           FROM pg_locks l
           CROSS JOIN LATERAL unnest(pg_blocking_pids(l.pid)) AS blocking (pid)
           JOIN pg_stat_activity b ON b.pid = blocking.pid
           WHERE NOT l.granted AND b.application_name = $1 AND b.datname = current_database() AND b.pid <> $2`,
          [ours, snapshotHolder],
        ),
      );
      const now = new Set(rows.map(({ waiter, blocker }) => `${waiter} ${blocker}`));
      const blockers = new Set(
        rows.filter((row) => before.has(`${row.waiter} ${row.blocker}`)).map((row) => row.blocker),
      );
      for (const blocker of blockers) {
        log('stood aside for a waiting session', { session: blocker });
        await session.try('stand aside', (client) => client.query('SELECT pg_terminate_backend($1)', [blocker]));
      }
      before = now;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await session.close();
  }
}
