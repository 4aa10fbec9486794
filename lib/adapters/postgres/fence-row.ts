import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { type Holder, inTransaction, sqlState } from './connect.ts';
import { applicationPrefix } from './names.ts';
import { statement } from './statements.ts';

/** Source: `fenced`, then `sealed`. Target: `loading`. */
type FenceState = 'fenced' | 'sealed' | 'loading';

export interface FenceRow extends Holder {
  readonly state: FenceState;
}

/** Serialises those who create, take over or remove the row: an arbitrary number, the same in every release. */
const ADVISORY_KEY = 7_277_243;

/** The row of this database, `undefined` where Passage has none. */
export async function readFence(client: pg.Client): Promise<FenceRow | undefined> {
  const found = await client.query<{ exists: boolean }>("SELECT to_regclass('passage.fence') IS NOT NULL AS exists");
  if (!found.rows[0]?.exists) return undefined;
  return (await client.query<FenceRow>('SELECT run, epoch, state FROM passage.fence')).rows[0];
}

/**
 * First statement of every writing transaction.
 * @throws Fenced when the row names another run, epoch or state, or is not there.
 */
export async function checkFence(client: pg.Client, expected: FenceRow): Promise<void> {
  let held: number | null = 0;
  try {
    held = (await client.query(statement('check-fence'), [expected.run, expected.epoch, expected.state])).rowCount;
  } catch (error) {
    // Schema or table is gone: the copy or the fence was undone.
    if (sqlState(error) !== '42P01' && sqlState(error) !== '3F000') throw error;
  }
  if (held !== 1) {
    throw new WorkflowError(
      'Fenced',
      `Run ${expected.run} no longer holds this database with epoch ${expected.epoch} and state "${expected.state}". Nothing was written; this worker must stop.`,
    );
  }
}

/** One transaction that begins with the check, so that a stale writer can commit nothing. */
export const writing = <T>(client: pg.Client, expected: FenceRow, work: () => Promise<T>): Promise<T> =>
  inTransaction(client, async () => {
    await checkFence(client, expected);
    return work();
  });

/** Held until the transaction ends. */
export const lockFenceChanges = (client: pg.Client) => client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_KEY]);

/** @throws Fenced when the row belongs to another run or to a later epoch. */
export function assertOurs(row: FenceRow, holder: Holder): void {
  if (row.run === holder.run && row.epoch <= holder.epoch) return;
  throw new WorkflowError(
    'Fenced',
    `This database is held by run ${row.run} with epoch ${row.epoch}; run ${holder.run} with epoch ${holder.epoch} may not change it. Stop this execution.`,
  );
}

/** How often a takeover ends sessions again that came back, each time waiting for the lock as long as `lock_timeout`. */
const TAKEOVER_ATTEMPTS = 3;

/**
 * Makes `holder` the one who may write: ends the sessions of the run's earlier epochs, then raises the epoch in the
 * row, which waits for whatever they had under way. The same epoch again changes nothing.
 * @throws Fenced when another run or a later epoch holds the row, or there is none.
 */
export async function takeOver(client: pg.Client, holder: Holder): Promise<FenceRow> {
  const row = await readFence(client);
  if (!row) throw new WorkflowError('Fenced', `Run ${holder.run} holds nothing in this database to take over.`);
  assertOurs(row, holder);
  if (row.epoch === holder.epoch) return row;
  for (let attempt = 1; ; attempt++) {
    await endOldSessions(client, holder);
    try {
      return await inTransaction(client, async () => {
        await lockFenceChanges(client);
        const raised = await client.query<FenceRow>(
          `UPDATE passage.fence SET epoch = $2, changed_at = now() WHERE run = $1 AND epoch <= $2
           RETURNING run, epoch, state`,
          [holder.run, holder.epoch],
        );
        const [now] = raised.rows;
        if (!now) throw new WorkflowError('Fenced', `A later epoch than ${holder.epoch} took this database over.`);
        return now;
      });
    } catch (error) {
      if (sqlState(error) !== '55P03' || attempt === TAKEOVER_ATTEMPTS) throw error;
    }
  }
}

/** Ends the sessions named `passage/<run>/<earlier epoch>` in this database. */
const endOldSessions = (client: pg.Client, holder: Holder) =>
  client.query(statement('end-old-sessions'), [applicationPrefix(holder.run), holder.epoch]);
