import pg from 'pg';
import { type ErrorName, WorkflowError } from '../../workflow/errors.ts';

export type Side = 'source' | 'target';

/** How to reach one database. */
export interface Login {
  readonly side: Side;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: 'disable' | 'require';
  /** `passage/<run>/<epoch>`: a later holder of the lease ends the sessions of the former by it. */
  readonly applicationName: string;
}

/** Rendering must be the same on both sides, whatever the role or database sets. */
const settings = [
  'datestyle = ISO',
  'intervalstyle = postgres',
  'extra_float_digits = 3',
  'timezone = UTC',
  'bytea_output = hex',
  "search_path = ''",
  // An error instead of silently filtered rows.
  'row_security = off',
  'statement_timeout = 0',
  'idle_in_transaction_session_timeout = 0',
  'lock_timeout = 0',
  'synchronize_seqscans = off',
  'default_transaction_read_only = off',
  'client_min_messages = warning',
];

const targetSettings = [
  // Made durable by one synchronous commit before success is reported.
  'synchronous_commit = off',
  "maintenance_work_mem = '256MB'",
  // As pg_restore sets them: functions may name what comes later.
  'check_function_bodies = off',
  'xmloption = content',
  'standard_conforming_strings = on',
];

/** Ten seconds is longer than a failover's refused connections, shorter than a heartbeat. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A session with the copier's settings; it ends when the signal aborts. Texts are UTF-8 on both sides: conversions
 * to and from equal server encodings are each other's inverse, and SQL_ASCII is passed through.
 * Throws `SourceUnreachable`, `TargetLoginRefused`, ….
 */
export async function openSession(login: Login, signal: AbortSignal): Promise<pg.Client> {
  signal.throwIfAborted();
  const client = new pg.Client({
    host: login.host,
    port: login.port,
    database: login.database,
    user: login.user,
    password: login.password,
    ssl: login.ssl === 'require' && !login.host.startsWith('/') ? { rejectUnauthorized: false } : false,
    application_name: login.applicationName,
    client_encoding: 'UTF8',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  });
  // The query in flight reports a lost connection; an idle session's next query does.
  client.on('error', () => {});
  const stop = () => void closeSession(client);
  signal.addEventListener('abort', stop, { once: true });
  client.once('end', () => signal.removeEventListener('abort', stop));
  try {
    await client.connect();
    await client.query(
      [...settings, ...(login.side === 'target' ? targetSettings : [])].map((each) => `SET ${each}`).join('; '),
    );
    await client.query(
      // Ends a statement whose client is gone (PostgreSQL 14 and later); lz4 is a third of pglz's cost at the target.
      `SELECT set_config(name, CASE name WHEN 'client_connection_check_interval' THEN '5s' ELSE 'lz4' END, false)
       FROM pg_catalog.pg_settings
       WHERE name = 'client_connection_check_interval' OR (name = 'default_toast_compression' AND 'lz4' = ANY(enumvals))`,
    );
    return client;
  } catch (error) {
    await closeSession(client);
    throw declared(error, login.side, `connect to database ${login.database}`, `${login.host}:${login.port}`);
  }
}

/** Ends a session at once: what it had not committed is rolled back. Never throws. */
export async function closeSession(client: pg.Client): Promise<void> {
  await client.end().catch(() => {});
}

/** SQLSTATE or errno of whatever a query or socket threw. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

const network = /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT)$/;
/** Connection exceptions, too many connections, shutting down or starting up. */
const unavailable = /^(08...|53300|57P0[123])$/;
const refused = /^(28...|3D000)$/;

/** Whether the connection was lost or refused, so that the same statement may do on another. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof WorkflowError) return /Unreachable$/.test(error.name);
  const code = codeOf(error);
  if (code) return network.test(code) || unavailable.test(code);
  return /^(Connection terminated|timeout expired|Client )/.test((error as Error)?.message ?? '');
}

/** PostgreSQL's or the socket's error by its declared name. Says what was attempted; never a password, never a row. */
export function declared(error: unknown, side: Side, attempted: string, where = ''): WorkflowError {
  if (error instanceof WorkflowError) return error;
  const Side = side === 'source' ? 'Source' : 'Target';
  const code = codeOf(error);
  const message = (error as Error)?.message || code || String(error);
  const at = where && ` at ${where}`;
  const make = (name: ErrorName, advice: string) =>
    new WorkflowError(name, `Could not ${attempted}${at}: ${message}${code ? ` (${code})` : ''}. ${advice}`, {
      cause: error,
    });
  if (code && refused.test(code)) return make(`${Side}LoginRefused`, 'Check the secret, the database name and pg_hba.');
  if (isConnectionLoss(error) || /SSL/.test(message)) {
    return make(`${Side}Unreachable`, 'Check that it is up, its security group and the ssl setting.');
  }
  return make(side === 'source' ? 'DumpFailed' : 'RestoreFailed', 'See the server log.');
}
