import pg from 'pg';
import { type Collation, collationOf } from './collation.ts';
import { statement } from './statements.ts';

export interface DatabaseInspection {
  /** As in `15.14`. */
  readonly version: string;
  readonly major: number;
  /** As in `UTF8`. */
  readonly encoding: string;
  readonly collation: Collation;
  readonly sizeBytes: number;
  /** Ordinary tables and leaf partitions outside of the system's schemas. */
  readonly tables: number;
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
  /** Of any database on the server, prepared transactions included; 0 when there is none. */
  readonly longestTransactionSeconds: number;
  /** What the login that asked may do. */
  readonly rights: Readonly<Record<Right, boolean>>;
}

type Right =
  | 'superuser'
  /** The server takes writes: it is no standby, like a read replica or what a reader endpoint leads to. */
  | 'write'
  | 'createDatabase'
  | 'createRole'
  /** May create schema `passage` here. */
  | 'createSchema'
  /** Is the database's owner or a member of it: may grant and revoke CONNECT. */
  | 'ownsDatabase'
  | 'endSessions'
  | 'seeSessions'
  /** Every table and sequence can be read. */
  | 'readAllTables'
  /** May set session_replication_role, which keeps triggers and foreign keys quiet during a delta. */
  | 'quietTriggers';

interface Row {
  version: string;
  major: number;
  encoding: string;
  database: unknown;
  size_bytes: string;
  tables: number;
  longest_transaction_seconds: number;
  rights: Record<Exclude<Right, 'quietTriggers'>, boolean>;
}

/** Reads what preflight and preparation need to know of the database that `client` is connected to. Changes nothing. */
export async function inspectDatabase(client: pg.Client): Promise<DatabaseInspection> {
  const [row] = (await client.query<Row>(statement('inspect-database'))).rows;
  const extensions = await client.query<{ name: string; version: string }>(statement('list-extensions'));
  if (!row) throw new Error('pg_database does not list the current database');
  return {
    version: row.version.split(' ')[0] ?? row.version,
    major: row.major,
    encoding: row.encoding,
    collation: collationOf(row.database),
    sizeBytes: Number(row.size_bytes),
    tables: row.tables,
    extensions: extensions.rows,
    longestTransactionSeconds: row.longest_transaction_seconds,
    rights: { ...row.rights, quietTriggers: await maySetReplicationRole(client) },
  };
}

/** No function tells; a provider may allow it by means of its own. So it is tried, in a transaction that is undone. */
async function maySetReplicationRole(client: pg.Client): Promise<boolean> {
  await client.query('BEGIN');
  try {
    await client.query('SET LOCAL session_replication_role = replica');
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') return false;
    throw error;
  } finally {
    await client.query('ROLLBACK');
  }
}
