import pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { type Collation, createOptions } from './collation.ts';
import { type ConnectOptions, type Holder, inTransaction, type Login, sqlState, withClient } from './connect.ts';
import { assertOurs, checkFence, lockFenceChanges, readFence, takeOver } from './fence-row.ts';
import { isScratchDatabaseOf } from './names.ts';
import { isFull, targetFull } from './room.ts';
import { statement } from './statements.ts';
import { refuseOlder } from './version.ts';

export interface TargetDatabase extends Holder {
  /** A login that may create databases; its own `database` need not be the one to prepare. */
  readonly admin: Login;
  /** The database to restore into. */
  readonly database: string;
}

/** What the target must be able to take over from the source. */
interface SourceFacts {
  readonly encoding: string;
  readonly collation: Collation;
  /** Of PostgreSQL. */
  readonly major: number;
}

interface PreparedTarget {
  readonly login: Login;
  /** False when the database was there before. */
  readonly created: boolean;
}

const options = (holder: Holder): ConnectOptions => ({ side: 'target', run: holder.run, epoch: holder.epoch });
const into = ({ admin, database }: TargetDatabase): Login => ({ ...admin, database });

/**
 * Makes the target ready for one run: creates the database with the source's encoding and collation unless it exists,
 * and in it schema `passage` with the fence row (`loading`) and the table of loaded chunks. Again is harmless; a later
 * epoch takes over from an earlier one and ends its sessions.
 * @throws TargetOlder when the server's major version is below the source's.
 * @throws TargetFull when it has no room for another database.
 * @throws TargetNotEmpty when the database holds anything that is not this run's.
 * @throws Fenced when a later epoch holds it.
 * @throws ConfigurationInvalid when the server has no such encoding or collation.
 * @throws TargetUnreachable | TargetLoginRefused
 */
export async function prepareTarget(target: TargetDatabase & SourceFacts): Promise<PreparedTarget> {
  const there = await inDatabase(target, {}, async (client) => {
    await refuseOlderServer(client, target);
    return true;
  });
  const created = !there && (await inMaintenance(target, (client) => create(client, target)));
  await withClient(into(target), options(target), async (client) => {
    await inTransaction(client, async () => {
      await lockFenceChanges(client);
      const row = await readFence(client);
      if (row) {
        if (row.run !== target.run) throw notEmpty(target, [`the copy of run ${row.run}`]);
        assertOurs(row, target);
        return;
      }
      const foreign = await client.query<{ object: string }>(statement('list-foreign-objects'));
      if (foreign.rows.length > 0)
        throw notEmpty(
          target,
          foreign.rows.map(({ object }) => object),
        );
      await client.query('CREATE SCHEMA passage');
      await client.query(statement('create-fence-table'));
      await client.query(statement('create-chunks-table'));
      await client.query("INSERT INTO passage.fence (run, epoch, state) VALUES ($1, $2, 'loading')", [
        target.run,
        target.epoch,
      ]);
    });
    await takeOver(client, target);
  });
  return { login: into(target), created };
}

/**
 * Drops the scratch database of this run, with the sessions that are still in it. Not being there is success.
 * @throws InvalidInput for any database that does not bear the run's scratch name: nothing else is ever dropped.
 * @throws Fenced when a later epoch of the run holds it.
 */
export async function dropScratch(target: TargetDatabase): Promise<void> {
  if (!isScratchDatabaseOf(target.run, target.database)) {
    throw new WorkflowError(
      'InvalidInput',
      `"${target.database}" is not named as a scratch database of run ${target.run}; only those are dropped. Drop it by hand if that is what you want.`,
    );
  }
  await inDatabase(target, {}, async (client) => {
    if (await readFence(client)) await takeOver(client, target);
  });
  await inMaintenance(target, (client) =>
    client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(target.database)} WITH (FORCE)`),
  );
}

/** One transaction takes one lock for each object: far below max_locks_per_transaction × max_connections = 64 × 100. */
const DROPS_IN_ONE_TRANSACTION = 200;

/**
 * Takes out of a real target database what this run restored, in transactions that carry the epoch, and schema
 * `passage` last. The database itself stays, and so do extensions, which may have been there before. Without Passage's fence row nothing is touched.
 * Only for the time before the point of no return: the caller has read the ledger.
 * @throws Fenced when another run or a later epoch holds the database.
 */
export async function emptyTarget(target: TargetDatabase): Promise<void> {
  await inDatabase(target, { statementTimeoutMs: 0 }, async (client) => {
    if (!(await readFence(client))) return;
    const fence = await takeOver(client, target);
    const drop = (objects: string[]) =>
      inTransaction(client, async () => {
        await checkFence(client, fence);
        for (const object of objects) await client.query(`DROP ${object} CASCADE`);
      });
    const schemas = await client.query<{ name: string }>(statement('list-target-schemas'));
    for (const { name } of schemas.rows) await drop([`SCHEMA ${pg.escapeIdentifier(name)}`]);
    for (;;) {
      const { rows } = await client.query<{ object: string }>(statement('list-public-objects'));
      if (rows.length === 0) break;
      await drop(rows.slice(0, DROPS_IN_ONE_TRANSACTION).map(({ object }) => object));
    }
    await inTransaction(client, async () => {
      await checkFence(client, fence);
      await client.query('SELECT lo_unlink(oid) FROM pg_largeobject_metadata');
      await client.query('DROP SCHEMA passage CASCADE');
    });
  });
}

async function create(client: pg.Client, target: TargetDatabase & SourceFacts): Promise<boolean> {
  await refuseOlderServer(client, target);
  const choices = [['ENCODING', target.encoding], ...createOptions(target.collation)];
  try {
    await client.query(
      `CREATE DATABASE ${pg.escapeIdentifier(target.database)} TEMPLATE template0 ${choices
        .map(([keyword, value]) => `${keyword} ${pg.escapeLiteral(value ?? '')}`)
        .join(' ')}`,
    );
    return true;
  } catch (error) {
    // Another session of this run was quicker; 23505 when both were at it.
    if (sqlState(error) === '42P04' || sqlState(error) === '23505') return false;
    if (isFull(error)) throw targetFull(error, { ...target.admin, database: target.database });
    // The collation, or its pair with the encoding, is unknown to this server.
    if (error instanceof pg.DatabaseError && /^(22023|42809|42704|0A000)$/.test(sqlState(error) ?? '')) {
      throw new WorkflowError(
        'ConfigurationInvalid',
        `The target server at ${target.admin.host}:${target.admin.port} cannot create a database like the source's (encoding ${target.encoding}, collation ${target.collation}): ${error.message}. Choose a server that has this locale.`,
        { cause: error },
      );
    }
    throw error;
  }
}

async function refuseOlderServer(client: pg.Client, { admin, major }: TargetDatabase & SourceFacts): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  refuseOlder(major * 10_000, rows[0]?.version ?? 0, `at ${admin.host}:${admin.port}`);
}

/** Runs `work` in the database itself; `undefined` when there is none of that name. */
async function inDatabase<T>(
  target: TargetDatabase,
  more: Partial<ConnectOptions>,
  work: (client: pg.Client) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await withClient(into(target), { ...options(target), ...more }, work);
  } catch (error) {
    if (isMissingDatabase(error)) return undefined;
    throw error;
  }
}

/** CREATE and DROP DATABASE need a session elsewhere: where the login says, else where every server has a database. */
async function inMaintenance<T>(target: TargetDatabase, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const places = [target.admin.database, 'postgres', 'template1'].filter((name) => name !== target.database);
  for (const database of places) {
    try {
      return await withClient({ ...target.admin, database }, { ...options(target), statementTimeoutMs: 120_000 }, work);
    } catch (error) {
      if (!isMissingDatabase(error) || database === places.at(-1)) throw error;
    }
  }
  throw new TypeError('no database to connect to');
}

const isMissingDatabase = (error: unknown) => error instanceof WorkflowError && sqlState(error.cause) === '3D000';

const notEmpty = (target: TargetDatabase, found: string[]) =>
  new WorkflowError(
    'TargetNotEmpty',
    `Database "${target.database}" at ${target.admin.host}:${target.admin.port} already holds ${found.join(', ')}. Passage fills only a database that is empty or its own: empty it, or name another one.`,
  );
