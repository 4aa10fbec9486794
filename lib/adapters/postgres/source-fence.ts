import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { type ConnectOptions, type Holder, inTransaction, type Login, withClient } from './connect.ts';
import { assertOurs, type FenceRow, lockFenceChanges, readFence, takeOver, writing } from './fence-row.ts';
import { lockSource, readSourceRights, Saved, unlockSource } from './source-rights.ts';
import { statement } from './statements.ts';

export interface SourceDatabase extends Holder {
  /** Passage's own login on the source, made by `lib/sql/create-source-login.sql`. */
  readonly passage: Login;
}

const options = (holder: Holder): ConnectOptions => ({ side: 'source', run: holder.run, epoch: holder.epoch });

/**
 * What `fenceSource` would save, so that it can be written down before anything changes. Only reads; while the fence
 * stands it returns what was saved then.
 * @throws FenceFailed when the fence could not be put up, or not be undone.
 */
export async function previewFence(
  source: SourceDatabase & { readonly applicationLogins: readonly string[] },
): Promise<Saved> {
  return withClient(source.passage, options(source), async (client) => {
    if (await readFence(client)) return readSaved(client);
    return readSourceRights(client, source.applicationLogins);
  });
}

/**
 * Makes the source unwritable: in one transaction schema `passage` with the fence row (`fenced`) and what is saved,
 * NOLOGIN for the application's logins and for those who could undo it, CONNECT revoked from everyone else; then ends
 * every foreign session until none is left on three reads. The transaction is all or nothing, and again is harmless.
 * @throws FenceFailed when the rights do not suffice or sessions keep coming back; the fence then stays up.
 * @throws Fenced when another run or a later epoch holds the source.
 * @throws PastPointOfNoReturn when the source is sealed.
 */
export async function fenceSource(
  source: SourceDatabase & {
    readonly applicationLogins: readonly string[];
    /** How long sessions are ended before giving up. Default 20 s. */
    readonly sessionsTimeoutMs?: number;
  },
): Promise<Saved> {
  return withClient(source.passage, options(source), async (client) => {
    if (await readFence(client)) await takeOver(client, source);
    const saved = await inTransaction(client, async () => {
      await lockFenceChanges(client);
      const row = await readFence(client);
      if (row) {
        assertOurs(row, source);
        assertNotSealed(row);
      }
      const found = row ? await readSaved(client) : await readSourceRights(client, source.applicationLogins);
      if (!row) {
        await client.query('CREATE SCHEMA passage');
        await client.query(statement('create-fence-table'));
        await client.query(statement('create-saved-table'));
        await client.query("INSERT INTO passage.fence (run, epoch, state) VALUES ($1, $2, 'fenced')", [
          source.run,
          source.epoch,
        ]);
        await client.query('INSERT INTO passage.saved (saved) VALUES ($1)', [found]);
      }
      await lockSource(client, found);
      return found;
    });
    await endForeignSessions(client, saved, source.sessionsTimeoutMs ?? 20_000);
    // Rows of any later transaction are told by this number: none may appear.
    await writing(client, { run: source.run, epoch: source.epoch, state: 'fenced' }, () =>
      client.query(
        'UPDATE passage.saved SET next_xid = pg_snapshot_xmax(pg_current_snapshot()) WHERE next_xid IS NULL',
      ),
    );
    return saved;
  });
}

/**
 * Ends the time in which the fence may be undone: commits state `sealed`, durably. Call it before the point of no
 * return is written to the ledger. Again is harmless.
 * @throws Fenced when this run and epoch do not hold the source.
 */
export async function sealSource(source: SourceDatabase): Promise<void> {
  await withClient(source.passage, options(source), async (client) => {
    const row = await takeOver(client, source);
    if (row.state === 'sealed') return;
    await client.query('SET synchronous_commit = on');
    await writing(client, { ...row, state: 'fenced' }, () =>
      client.query("UPDATE passage.fence SET state = 'sealed', changed_at = now()"),
    );
  });
}

/**
 * Undoes the fence exactly as it was saved, in one transaction that also drops schema `passage`. Works after a crash
 * anywhere in `fenceSource`, and again is harmless: without a fence row there is nothing to undo.
 * @param source.evenSealed only for a holder that has taken the lease over while the ledger knew no point of no return:
 * from then on nobody can write one, so the target never opened and the seal guards nothing
 * @returns whether there was a fence.
 * @throws PastPointOfNoReturn when the source is sealed.
 * @throws Fenced when another run or a later epoch holds the source.
 */
export async function unfenceSource(
  source: SourceDatabase & { readonly evenSealed?: boolean },
): Promise<{ undone: boolean }> {
  return withClient(source.passage, options(source), async (client) => {
    if (!(await fenceOnceSettled(client))) return { undone: false };
    const row = await takeOver(client, source);
    if (!source.evenSealed) assertNotSealed(row);
    await writing(client, row, async () => {
      await unlockSource(client, await readSaved(client));
      await client.query('DROP SCHEMA passage CASCADE');
    });
    return { undone: true };
  });
}

/** Waits for whoever is about to commit a fence, though its client may be gone: no fence means that none will come. */
async function fenceOnceSettled(client: pg.Client): Promise<FenceRow | undefined> {
  return (
    (await readFence(client)) ??
    (await inTransaction(client, async () => {
      await lockFenceChanges(client);
      return readFence(client);
    }))
  );
}

/** What stands in the database counts, not what a ledger says: it was committed together with the fence. */
export async function readSaved(client: pg.Client): Promise<Saved> {
  return Saved.parse((await client.query<{ saved: unknown }>('SELECT saved FROM passage.saved')).rows[0]?.saved);
}

export interface ForeignSession {
  readonly pid: number;
  readonly login: string;
  readonly database: string | null;
  readonly type: string;
  /** A superuser's: the provider's, which nobody but the provider can end. */
  readonly provider: boolean;
}

/** Sessions in the source database, and sessions of locked logins anywhere, apart from Passage's own. */
export const foreignSessions = async (client: pg.Client, saved: Saved): Promise<ForeignSession[]> =>
  (await client.query<ForeignSession>(statement('list-foreign-sessions'), [saved.logins])).rows;

async function endForeignSessions(client: pg.Client, saved: Saved, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let quiet = 0; quiet < 3; ) {
    const sessions = (await foreignSessions(client, saved)).filter(({ provider }) => !provider);
    if (sessions.length === 0) {
      quiet += 1;
    } else {
      quiet = 0;
      if (performance.now() > deadline) {
        throw new WorkflowError(
          'FenceFailed',
          `Sessions on the source do not end: ${sessions.map(({ login, pid }) => `${login} (pid ${pid})`).join(', ')}. The fence stays up; end them, then try again.`,
        );
      }
      await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [
        sessions.map(({ pid }) => pid),
      ]);
    }
    await sleep(20);
  }
}

function assertNotSealed(row: FenceRow): void {
  if (row.state !== 'sealed') return;
  throw new WorkflowError(
    'PastPointOfNoReturn',
    `Run ${row.run} sealed the source: users may be writing on the target. Nothing of Passage's opens it again: going back is done by hand (docs/runbook.md#pastpointofnoreturn).`,
  );
}
