import { applicationName } from '../../adapters/postgres/names.ts';
import type { ThrottleLimits } from '../contract.ts';
import type { Surroundings } from '../ports.ts';
import type { Database } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import type { Throttle } from './throttle.ts';

const LOOK_EVERY_MS = 1000;
/** A pause ends after so many looks in a row that found nothing, so that the copy does not stutter. */
const QUIET_LOOKS = 3;

/** What one look at the source finds. */
interface Load {
  /** Sessions of this database that wait for a lock, ours left out. */
  readonly waits: number;
  /** Whether this login may see how far standbys are. */
  readonly seesStandbys: boolean;
  readonly standbys: number;
  /** Bytes of WAL since the server's beginning: written, and replayed by the slowest standby. */
  readonly written: number;
  readonly replayed: number;
  /** Seconds, as the server itself tells; its figure is up to 10 s old when a standby is stuck. */
  readonly lag: number;
}

/**
 * Until `over`: looks at the source every second, and pauses the throttle while a limit is exceeded. `missing` is told
 * in a sentence what is configured and cannot be seen.
 */
export async function watchLoad(
  database: Database,
  limits: ThrottleLimits,
  throttle: Throttle,
  around: Pick<Surroundings, 'clock' | 'log' | 'signal'>,
  over: AbortSignal,
  missing: (what: string) => void,
): Promise<void> {
  const { maxReplicaLagSeconds: maxLag, maxLockWaits: maxWaits } = limits;
  if (maxLag === undefined && maxWaits === undefined) return;
  const { clock } = around;
  const signal = AbortSignal.any([around.signal, over]);
  const session = new SteadySession(database, { ...around, signal });
  const ours = applicationName(database.run, database.epoch);
  const follower = new LagFollower();
  let quiet = QUIET_LOOKS;
  let told = false;
  try {
    for (;;) {
      const { rows } = await session.try('see the load', (client) => client.query<Load>(look, [ours]));
      const load = rows[0] as Load;
      if (maxLag !== undefined && !load.seesStandbys && !told) {
        told = true;
        missing(
          `Replica lag was not watched: login "${database.user}" may not see it. Grant it pg_monitor for maxReplicaLagSeconds.`,
        );
      }
      const lag = Math.floor(follower.lag(load, clock.now()));
      if (maxLag !== undefined && lag > maxLag) {
        quiet = 0;
        throttle.pause('replica lag', `replica lag ${lag} s`);
      } else if (maxWaits !== undefined && load.waits > maxWaits) {
        quiet = 0;
        throttle.pause('lock waits', `${load.waits} sessions wait for locks`);
      } else {
        quiet += 1;
        if (quiet >= QUIET_LOOKS) throttle.resume();
      }
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await session.close();
  }
}

/**
 * Seconds by which the slowest standby is behind: since when what was written at the last look that it has caught up
 * with is no longer all. PostgreSQL's own replay_lag alone is up to 10 s late (wal_receiver_status_interval), and tells
 * the past for as long when a standby has caught up.
 */
export class LagFollower {
  /** What had been written, and when, for all looks that a standby has not caught up with; the oldest first. */
  #behind: { readonly written: number; readonly at: number }[] = [];

  lag({ written, replayed, lag }: Pick<Load, 'written' | 'replayed' | 'lag'>, now: number): number {
    this.#behind = this.#behind.filter((look) => look.written > replayed);
    if (replayed >= written) return 0;
    if (this.#behind.at(-1)?.written !== written) this.#behind.push({ written, at: now });
    return Math.max(lag, (now - (this.#behind[0]?.at ?? now)) / 1000);
  }
}

/**
 * A source that is a standby itself counts as one: a long snapshot may hold its replay back. pg_locks and the database
 * of a session are there for everybody; how far standbys are takes pg_read_all_stats, which pg_monitor includes.
 */
const look = `
  WITH head AS (
    SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                ELSE pg_current_wal_lsn() END AS lsn
  ), standbys AS (
    SELECT replay_lsn, extract(epoch FROM replay_lag) AS lag FROM pg_stat_replication WHERE replay_lsn IS NOT NULL
    UNION ALL
    SELECT pg_last_wal_replay_lsn(), 0 WHERE pg_is_in_recovery()
  )
  SELECT
    (SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid
     WHERE NOT l.granted AND s.datname = current_database()
       AND s.application_name IS DISTINCT FROM $1)::int AS waits,
    pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS "seesStandbys",
    (SELECT count(*) FROM standbys)::int AS standbys,
    (head.lsn - '0/0')::float8 AS written,
    (coalesce((SELECT min(replay_lsn) FROM standbys), head.lsn) - '0/0')::float8 AS replayed,
    coalesce((SELECT max(lag) FROM standbys WHERE replay_lsn < head.lsn), 0)::float8 AS lag
  FROM head`;
