import { types } from 'node:util';
import pg from 'pg';
import { type ErrorName, WorkflowError } from '../../workflow/errors.ts';
import { exhausted } from './exhausted.ts';
import { applicationName } from './names.ts';

/** How to open one database. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** `require` encrypts without checking the server's certificate, as libpq's sslmode of that name. Default `disable`. */
  readonly ssl?: 'disable' | 'require';
}

export type Side = 'source' | 'target';

/** Who asks. Both appear in `application_name` as `passage/<run>/<epoch>`: a later epoch ends the sessions of an earlier one. */
export interface Holder {
  readonly run: string;
  readonly epoch: number;
}

export interface ConnectOptions extends Holder {
  /** Decides between SourceUnreachable and TargetUnreachable, and so on. */
  readonly side: Side;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Default 30 s; 0 means none. */
  readonly statementTimeoutMs?: number;
  /** Default 5 s: whoever queues behind Passage's lock request waits no longer than that. */
  readonly lockTimeoutMs?: number;
  /** Leaves every setting as server, database and role have it for this login, timeouts as well: a session as others get it. */
  readonly settings?: 'as-they-are';
}

/** What both sides' sessions have in common, whatever the server, the database or the role have as their defaults. */
const sessionSettings = {
  search_path: '',
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  row_security: 'off',
  default_transaction_read_only: 'off',
  idle_in_transaction_session_timeout: '0',
};

/**
 * Opens one session.
 * @throws SourceUnreachable | TargetUnreachable: no answer, or none in time.
 * @throws SourceLoginRefused | TargetLoginRefused: wrong password, no such database, no right to connect.
 */
export async function connect(login: Login, options: ConnectOptions): Promise<pg.Client> {
  if (options.settings === 'as-they-are') return await open(login, options, undefined);
  // Before the first statement: the role's own statement_timeout may be too short even for the settings below.
  return await open(login, options, '-c statement_timeout=0').catch((error: unknown) => {
    if (!refusesOptions(error)) throw error;
    return open(login, options, undefined);
  });
}

async function open(login: Login, options: ConnectOptions, startup: string | undefined): Promise<pg.Client> {
  const client = new pg.Client({
    host: login.host,
    port: login.port,
    database: login.database,
    user: login.user,
    password: login.password,
    ssl: login.ssl === 'require' ? { rejectUnauthorized: false } : false,
    application_name: applicationName(options.run, options.epoch),
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    keepAlive: true,
    ...(startup && { options: startup }),
  });
  // The query that is under way fails with it; without a listener a lost session would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    if (options.settings === 'as-they-are') return client;
    const settings: Record<string, string> = {
      ...sessionSettings,
      statement_timeout: String(options.statementTimeoutMs ?? 30_000),
      lock_timeout: String(options.lockTimeoutMs ?? 5_000),
    };
    await client.query(
      `SELECT ${Object.keys(settings).map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`)}`,
      Object.entries(settings).flat(),
    );
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    const lacking =
      types.isNativeError(error) &&
      exhausted(error, sqlState(error), unreachable(options.side), placeOf(login, options.side));
    throw lacking || declared(error, login, options.side);
  }
}

/** Opens a session for `work` and closes it, whatever happens. Lost sessions and refusals become declared errors. */
export async function withClient<T>(
  login: Login,
  options: ConnectOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect(login, options);
  try {
    return await work(client);
  } catch (error) {
    throw declared(error, login, options.side);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Runs `work` in one transaction; any error rolls it back. */
export async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** SQLSTATE of a server's answer; `undefined` for anything that is not one. */
export const sqlState = (error: unknown) => (error instanceof pg.DatabaseError ? error.code : undefined);

/** A pooler passes on none of a session's options; it is told by name once a session is open. */
const refusesOptions = (error: unknown) =>
  error instanceof Error && sqlState(error.cause) === '08P01' && /startup parameter/i.test(error.message);

/** Not now, but perhaps later: cancelled, lock or statement timeout, deadlock, serialization, shutdown. */
const transient = /^(57014|55P03|40P01|40001|57P0.|08...)$/;
const TOO_MANY_CONNECTIONS = '53300';
/** This login may not do that: authentication, unknown database, missing right. */
const refusal = /^(28...|3D000|42501)$/;

/** The end of what a server says of a session in clear that its pg_hba.conf, as `rds.force_ssl` makes it, does not let in. */
const clearRefused = /(no encryption|SSL off)$/;

const unreachable = (side: Side): ErrorName => (side === 'source' ? 'SourceUnreachable' : 'TargetUnreachable');
const placeOf = ({ database, host, port, user }: Login, side: Side): string =>
  `${side} database "${database}" at ${host}:${port} as "${user}"`;

/** The declared error for what a client or server reported, with the place named and never the password. */
export function declared(error: unknown, login: Login, side: Side): unknown {
  if (error instanceof WorkflowError) return error;
  if (!types.isNativeError(error)) return error;
  const place = placeOf(login, side);
  const state = sqlState(error);
  if (state !== undefined && refusal.test(state)) {
    return new WorkflowError(
      side === 'source' ? 'SourceLoginRefused' : 'TargetLoginRefused',
      `The ${place} refused: ${error.message}. ${remedy(error, state)}`,
      { cause: error },
    );
  }
  if (state === TOO_MANY_CONNECTIONS) return exhausted(error, state, unreachable(side), place);
  // What is not the server's answer came from the network or from the connection itself.
  if (state === undefined ? isNetworkError(error) : transient.test(state)) {
    return new WorkflowError(
      unreachable(side),
      `The ${place} did not answer: ${reason(error)}. Check that it runs and that the network lets Passage through.`,
      { cause: error },
    );
  }
  return error;
}

function remedy({ message }: Error, state: string): string {
  if (clearRefused.test(message))
    return 'It takes no session in clear: write "sslmode": "require" into the login\'s secret.';
  // A server looks for the database only after it has let the login in.
  if (state === '3D000') return "Check the database's name.";
  return "Check the login's secret and its rights.";
}

function isNetworkError(error: Error): boolean {
  return (
    'syscall' in error || // ECONNREFUSED, ENOTFOUND, ECONNRESET and the like
    'errors' in error || // every address of a host failed
    /^(Connection terminated|timeout expired|Client (has|was)|The server does not support SSL)/.test(error.message)
  );
}

function reason(error: Error): string {
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.map(String).join('; ');
  return error.message;
}
