import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import type { Clock } from '../ports.ts';
import type { Origin } from '../staged.ts';
import { sqlState } from './session.ts';

/** A reader of ours must not be what an ALTER TABLE waits for, with the application behind it. */
const LOCK_TIMEOUT = '5s';
/** A commit is on the disk within three times wal_writer_delay, which is 200 ms by default and 10 s at most. */
const FLUSH_MS = 30_000;
/** Before a transaction id is taken at the source for it: one wal_writer_delay. */
const SOON_MS = 200;
const LOOK_MS = 50;
/** 32-bit transaction ids compare rightly within half of their circle; half of that is left to the time of the copy. */
const XIDS = 2n ** 30n;

/** Begins a transaction under an exported snapshot. Throws SnapshotLost. */
export async function joinSnapshot(session: pg.Client, snapshot: string): Promise<void> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await session.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`).catch((error: Error) => {
    if (!/snapshot/i.test(error.message)) throw error;
    throw new WorkflowError('SnapshotLost', `Snapshot ${snapshot} no longer exists: ${error.message}.`, {
      cause: error,
    });
  });
  await session.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
}

export interface Horizon {
  /** In 64 bits: the oldest transaction that the snapshot saw running, and the first one that it knows nothing of. */
  readonly xmin: string;
  readonly xmax: string;
}

/** Of the snapshot of the session's transaction. */
export async function readHorizon(holder: pg.Client): Promise<Horizon> {
  const { rows } = await holder.query<Horizon>(
    `SELECT txid_snapshot_xmin(now)::text AS xmin, txid_snapshot_xmax(now)::text AS xmax
     FROM (SELECT txid_current_snapshot() AS now) AS taken`,
  );
  return rows[0] as Horizon;
}

/**
 * Where a snapshot comes from, once everything that it saw is on the server's disk: after a crash, transaction ids
 * that were not are used again, and what they write looks as old as what the snapshot saw. Call it after the snapshot
 * was taken, in another session outside of any transaction. Undefined where the server does not tell.
 */
export async function readOrigin(
  outside: pg.Client,
  { xmin }: Horizon,
  clock: Clock,
  signal: AbortSignal,
): Promise<Origin | undefined> {
  const durable = await isDurable(outside, clock, signal).catch(unlessRefused);
  if (!durable) return undefined;
  const facts = [
    'pg_postmaster_start_time()',
    'pg_is_in_recovery()',
    '(SELECT system_identifier FROM pg_control_system())',
    // The timeline; a standby has none to tell.
    'substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)',
  ];
  const told: string[] = [];
  for (const fact of facts) {
    const found = await outside.query<{ fact: string }>(`SELECT (${fact})::text AS fact`).catch(unlessRefused);
    told.push(found?.rows[0]?.fact ?? 'not told');
  }
  return { server: told.join(' '), xmin };
}

async function isDurable(outside: pg.Client, clock: Clock, signal: AbortSignal): Promise<boolean> {
  // A standby shows only what it has on its disk.
  const { rows: state } = await outside.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
  if (state[0]?.standby) return true;
  const { rows } = await outside.query<{ inserted: string }>('SELECT pg_current_wal_insert_lsn()::text AS inserted');
  const isFlushed = async () => {
    const { rows: flushed } = await outside.query<{ durable: boolean }>(
      'SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS durable',
      [rows[0]?.inserted],
    );
    return flushed[0]?.durable;
  };
  // On a still server all is flushed, on a busy one the application's commits do it.
  for (const soon = clock.now() + SOON_MS; clock.now() < soon; await clock.sleep(LOOK_MS, signal)) {
    if (await isFlushed()) return true;
  }
  // A commit of ours, though it writes nothing, makes the WAL writer flush all that lies before it.
  await outside.query('SELECT txid_current()');
  for (const deadline = clock.now() + FLUSH_MS; clock.now() < deadline; await clock.sleep(LOOK_MS, signal)) {
    if (await isFlushed()) return true;
  }
  return false;
}

/** A function that this login may not call, or this server does not have. */
function unlessRefused(error: unknown): undefined {
  if (/^(42|0A|55000)/.test(sqlState(error) ?? '')) return undefined;
  throw error;
}

/** Whether rows of the second snapshot can be told from those that the first one saw by their transaction ids. */
export const comparable = (first: Origin | undefined, second: Origin | undefined, { xmax }: Horizon): boolean =>
  first !== undefined && first.server === second?.server && BigInt(xmax) - BigInt(first.xmin) < XIDS;

/**
 * SQL: whether a row may be younger than the snapshot. There is no `>=` for transaction ids; too many rows do no harm.
 * What is true of no visible row of a later snapshot, all of those rows were seen by the earlier one.
 */
export const mayBeYounger = ({ xmin }: Origin) => `age(xmin) <= age('${BigInt(xmin) % 2n ** 32n}'::xid)`;
