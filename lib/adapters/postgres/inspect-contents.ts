import pg from 'pg';
import type { DatabaseFindings } from '../../workflow/documents/collected.ts';
import type { Problem } from '../../workflow/documents/findings.ts';
import { sqlState } from './connect.ts';
import { statement } from './statements.ts';

/** What the server and the contents of a database tell beyond `inspectDatabase`. */
interface ContentsInspection
  extends Pick<DatabaseFindings, 'provider' | 'settings' | 'sessions' | 'largestTables' | 'schemaMigrations'>,
    Pick<DatabaseFindings, 'resourceTypes' | 'preparedTransactions'> {
  /** Null where the database holds no table of Retool. */
  readonly encrypted: EncryptedValues | null;
  readonly problems: readonly Problem[];
}

/** Groups of encrypted values that have key and method in common. */
export interface EncryptedValues {
  readonly lookedAt: NonNullable<DatabaseFindings['canaries']>['lookedAt'];
  /** The hash tells of the key: print it before it is stored. */
  readonly groups: readonly {
    readonly hash: string;
    readonly methodVersion: number | null;
    readonly authTag: boolean;
    readonly values: number;
  }[];
}

/** How many rows of a table are looked at: enough to meet every key that is in use, and read in milliseconds. */
const ROWS = 2000;

interface RetoolTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly hasType: boolean;
  readonly hasName: boolean;
}

/** Reads what a check may want to know of the server and of Retool's tables. Changes nothing, and reads no whole table but small ones. */
export async function inspectContents(client: pg.Client): Promise<ContentsInspection> {
  const [server] = (
    await client.query<{
      provider: DatabaseFindings['provider'];
      sessions: number;
      most_sessions: number;
      prepared_transactions: DatabaseFindings['preparedTransactions'];
      settings: Record<string, string>;
    }>(statement('inspect-server'))
  ).rows;
  if (!server) throw new Error('the statement inspect-server answers one row');
  const { rows: tables } = await client.query<RetoolTable>(statement('find-retool-tables'));
  const problems: Problem[] = [];
  const look = <T>(table: RetoolTable, work: () => Promise<T>) => allowed(table, problems, work);
  const migrations = tables.find(({ name, hasName }) => name === 'SequelizeMeta' && hasName);
  const resources = tables.find(({ name, hasType }) => name === 'resources' && hasType);
  return {
    provider: server.provider,
    settings: server.settings,
    sessions: { used: server.sessions, most: server.most_sessions },
    preparedTransactions: server.prepared_transactions,
    largestTables: await largestTables(client),
    schemaMigrations: migrations ? await look(migrations, () => schemaMigrations(client, migrations)) : null,
    resourceTypes: resources ? await look(resources, () => resourceTypes(client, resources)) : null,
    encrypted: await encryptedValues(client, tables, look),
    problems,
  };
}

async function largestTables(client: pg.Client): Promise<DatabaseFindings['largestTables']> {
  type Row = Omit<DatabaseFindings['largestTables'][number], 'bytes' | 'rows'> & { bytes: string; rows: string | null };
  const { rows } = await client.query<Row>(statement('list-largest-tables'));
  return rows.map((row) => ({
    ...row,
    bytes: Number(row.bytes),
    rows: row.rows === null ? null : Number(row.rows),
  }));
}

const identifier = ({ schema, name }: RetoolTable): string =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

async function schemaMigrations(
  client: pg.Client,
  table: RetoolTable,
): Promise<NonNullable<DatabaseFindings['schemaMigrations']>> {
  const { rows } = await client.query<{ count: number; newest: string | null }>(
    // By bytes: names begin with a time, and the database's collation must not decide which is the newest.
    `SELECT count(*)::int AS count, max(name::text COLLATE "C") AS newest FROM ${identifier(table)}`,
  );
  return rows[0] ?? { count: 0, newest: null };
}

async function resourceTypes(
  client: pg.Client,
  table: RetoolTable,
): Promise<NonNullable<DatabaseFindings['resourceTypes']>> {
  const { rows } = await client.query<{ type: string; count: number }>(
    `SELECT coalesce(type::text, '') AS type, count(*)::int AS count FROM ${identifier(table)} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200`,
  );
  return rows;
}

async function encryptedValues(
  client: pg.Client,
  tables: readonly RetoolTable[],
  look: <T>(table: RetoolTable, work: () => Promise<T>) => Promise<T | null>,
): Promise<EncryptedValues | null> {
  const places = tables.filter(({ name }) => name !== 'SequelizeMeta');
  if (tables.length === 0) return null;
  const lookedAt: EncryptedValues['lookedAt'] = [];
  const groups = new Map<string, EncryptedValues['groups'][number]>();
  for (const table of places) {
    for (const column of table.columns) {
      const seen = await look(table, () => encryptedIn(client, table, column));
      if (!seen) break;
      lookedAt.push({ table: `${table.schema}.${table.name}`, column, rows: seen.rows, whole: seen.rows < ROWS });
      for (const group of seen.groups) {
        const key = JSON.stringify([group.hash, group.methodVersion, group.authTag]);
        const known = groups.get(key);
        groups.set(key, { ...group, values: group.values + (known?.values ?? 0) });
      }
    }
  }
  return { lookedAt, groups: [...groups.values()] };
}

/** The encrypted values of a column: flat JSON objects, alone, within others, or as text within JSON. */
async function encryptedIn(
  client: pg.Client,
  table: RetoolTable,
  column: string,
): Promise<{ rows: number; groups: EncryptedValues['groups'] }> {
  const { rows } = await client.query<{
    rows: number;
    hash: string | null;
    method: string | null;
    tagged: boolean;
    values: number;
  }>(
    `WITH looked AS MATERIALIZED (
       SELECT replace(left(${pg.escapeIdentifier(column)}::text, 100000), '\\"', '"') AS value
         FROM ${identifier(table)} LIMIT ${ROWS}
     ), found AS (
       SELECT (regexp_matches(value, '\\{[^{}]*"encryptionKeyHash"[^{}]*\\}', 'g'))[1] AS object
         FROM looked WHERE strpos(value, '"encryptionKeyHash"') > 0
     )
     SELECT (SELECT count(*)::int FROM looked) AS rows,
            substring(object FROM '"encryptionKeyHash"\\s*:\\s*"([^"]*)"') AS hash,
            substring(object FROM '"methodVersion"\\s*:\\s*(\\d{1,4})') AS method,
            object ~ '"authTag"\\s*:\\s*"' AS tagged,
            count(object)::int AS values
       FROM (SELECT 1) AS one LEFT JOIN found ON true
      GROUP BY 2, 3, 4`,
  );
  return {
    rows: rows[0]?.rows ?? 0,
    groups: rows
      .filter(({ values }) => values > 0)
      .map(({ hash, method, tagged, values }) => ({
        hash: hash ?? '',
        methodVersion: method === null ? null : Number(method),
        authTag: tagged,
        values,
      })),
  };
}

/** What a login may not read is a problem of the document. */
async function allowed<T>(table: RetoolTable, problems: Problem[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    const where = `${table.schema}.${table.name}`;
    if (problems.some((problem) => problem.where === where)) return null;
    problems.push({
      kind: 'not-looked',
      severity: 'INFO',
      what: "Passage's login may not read this table, so it is not known which key encrypted its values.",
      where,
      todo: 'Run lib/sql/create-source-login.sql again.',
    });
    return null;
  }
}
