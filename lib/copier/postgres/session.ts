import { Socket } from 'node:net';
import type pg from 'pg';
import {
  connect,
  declared as declaredByAdapter,
  type Holder,
  type Login,
  type Side,
  sqlState,
} from '../../adapters/postgres/connect.ts';
import { refusePooler } from '../../adapters/postgres/pooler.ts';
import { isFull, targetFull } from '../../adapters/postgres/room.ts';
import { WorkflowError } from '../../workflow/errors.ts';

export type { Holder, Side };
export { sqlState };

/** One of the two databases, and who opens it: `application_name` is `passage/<run>/<epoch>`. */
export interface Database extends Login, Holder {
  readonly side: Side;
}

/** Rendering must be the same on both sides, whatever the role or database sets; the adapter's sessions set the rest. */
const settings = [
  'extra_float_digits = 3',
  'bytea_output = hex',
  'synchronize_seqscans = off',
  // Workers side by side are the parallelism; the source's other cores are the application's.
  'max_parallel_workers_per_gather = 0',
  'client_min_messages = warning',
  'standard_conforming_strings = on',
  // The text of a regclass is hashed.
  'quote_all_identifiers = off',
];

/** A guest touches nothing, and is not what an ALTER TABLE queues behind for long. */
const sourceSettings = ['default_transaction_read_only = on', "lock_timeout = '5s'"];

const targetSettings = [
  // Made durable by one synchronous commit before success is reported.
  'synchronous_commit = off',
  "maintenance_work_mem = '256MB'",
  // As pg_restore sets them: functions may name what comes later.
  'check_function_bodies = off',
  'xmloption = content',
];

/** Not every version and build has them. */
const whereKnown = [
  // Ends a statement whose client is gone (PostgreSQL 14).
  "('client_connection_check_interval', '5s')",
  // A third of pglz's cost at the target, which compresses anew (PostgreSQL 14, if built with lz4).
  "('default_toast_compression', 'lz4')",
  "('idle_session_timeout', '0')",
  "('transaction_timeout', '0')",
].join(', ');

/** Index builds say nothing for hours; NAT gateways and load balancers drop flows that are idle for 350 s. */
const KEEPALIVE_MS = 30_000;

/**
 * A session with the copier's settings; it ends when the signal aborts. It speaks UTF-8; see `encoding.ts`.
 * Throws `SourceUnreachable`, `TargetLoginRefused`, `PoolerEndpoint`, ….
 */
export async function openSession(database: Database, signal: AbortSignal): Promise<pg.Client> {
  signal.throwIfAborted();
  const client = await connect(database, { ...database, statementTimeoutMs: 0, lockTimeoutMs: 0 });
  const { stream } = client.connection;
  if (stream instanceof Socket) stream.setKeepAlive(true, KEEPALIVE_MS);
  const stop = () => void closeSession(client);
  signal.addEventListener('abort', stop, { once: true });
  client.once('end', () => signal.removeEventListener('abort', stop));
  try {
    signal.throwIfAborted();
    await refusePooler(client, database, database.side);
    await client.query(
      [...settings, ...(database.side === 'target' ? targetSettings : sourceSettings)]
        .map((each) => `SET ${each}`)
        .join('; '),
    );
    await client.query(
      `SELECT set_config(wanted.name, value, false)
       FROM (VALUES ${whereKnown}) AS wanted (name, value) JOIN pg_settings s ON s.name = wanted.name
       WHERE s.enumvals IS NULL OR value = ANY(s.enumvals)`,
    );
    return client;
  } catch (error) {
    await closeSession(client);
    throw declared(error, database, 'prepare a session');
  }
}

/** Ends a session at once: what it had not committed is rolled back. Never throws. */
export async function closeSession(client: pg.Client): Promise<void> {
  await client.end().catch(() => {});
}

/** Whether it came from PostgreSQL or the connection to it, as a declared error. */
const fromDatabase = (error: unknown, database: Database) => {
  const named = declaredByAdapter(error, database, database.side);
  return named instanceof WorkflowError ? named : undefined;
};

/** Memory or lock slots that others may give back. */
const OUT_OF_MEMORY = '53200';
const INSUFFICIENT_PRIVILEGE = '42501';

/** Lost or refused connections, locks not given in time, cancelled statements, deadlocks, memory: another try may do. */
export function mayPass(error: unknown, database: Database): boolean {
  if (sqlState(error) === OUT_OF_MEMORY) return true;
  return Boolean(fromDatabase(error, database)?.name.endsWith('Unreachable'));
}

/** Any error by its declared name: where nothing more is known, `DumpFailed` or `RestoreFailed`. Never a password. */
export function declared(error: unknown, database: Database, attempted: string): WorkflowError {
  const state = sqlState(error);
  const { side, user } = database;
  if (side === 'target' && isFull(error)) return targetFull(error, database);
  const said = `Could not ${attempted}: ${(error as Error)?.message ?? error}${state ? ` (SQLSTATE ${state})` : ''}.`;
  if (state === INSUFFICIENT_PRIVILEGE) {
    return new WorkflowError(
      side === 'source' ? 'SourceRightsMissing' : 'TargetRightsMissing',
      `${said} Let login "${user}" of the ${side} do that, then start again.`,
      { cause: error },
    );
  }
  const known = fromDatabase(error, database);
  if (known) return known;
  const todo =
    state === OUT_OF_MEMORY
      ? `Give the ${side}'s server more memory, or raise max_locks_per_transaction where it ran out of shared memory.`
      : "See the server's log.";
  return new WorkflowError(side === 'source' ? 'DumpFailed' : 'RestoreFailed', `${said} ${todo}`, { cause: error });
}
