import type pg from 'pg';
import type { ManifestSequence, PlannedTable, SequenceName } from '../staged.ts';
import { qualified } from './row-hash.ts';

/** What no copy, hash or comparison looks at: the server's own, and Passage's. */
export const foreignSchemas = `(n.nspname LIKE 'pg\\_%' OR n.nspname IN ('information_schema', 'passage'))`;

const isExtensionMember = (catalog: string, oid: string) =>
  `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

/** Only built-in types have the same oid everywhere; reg* types hold an oid of this cluster. */
const builtIn = (t: string) =>
  `(${t}.oid < 16384 AND ${t}.typname !~ '^_?reg' AND ${t}.typtype IN ('b', 'r', 'm') AND ${t}.typsend <> 0 AND ${t}.typreceive <> 0)`;

/** Follows domains to their base: `base` is the type whose binary form goes over the wire. */
const columnsOf = (version: number) => `
  WITH RECURSIVE domains AS (
    SELECT oid AS start, oid AS at FROM pg_type
    UNION ALL
    SELECT domains.start, t.typbasetype FROM domains JOIN pg_type t ON t.oid = domains.at AND t.typtype = 'd'
  )
  SELECT a.attrelid, a.attnum, a.attname AS name,
         ${builtIn('base')} AND (base.typelem = 0 OR ${builtIn('element')}) OR base.typtype = 'e' AS binary,
         NOT (${builtIn('own')} AND (own.typelem = 0 OR ${builtIn('ownelement')})) AS hashed_as_text
  FROM pg_attribute a
  JOIN pg_type own ON own.oid = a.atttypid
  LEFT JOIN pg_type ownelement ON ownelement.oid = own.typelem
  JOIN domains ON domains.start = a.atttypid
  JOIN pg_type base ON base.oid = domains.at AND base.typtype <> 'd'
  LEFT JOIN pg_type element ON element.oid = base.typelem
  WHERE a.attnum > 0 AND NOT a.attisdropped ${version >= 120000 ? "AND a.attgenerated = ''" : ''}`;

/** Changes with columns, their types, and the partition bound; needs aliases c and n. */
const digest = (version: number) => `
  md5(concat_ws('|', n.nspname, c.relname, c.relkind, c.relispartition, c.relpartbound::text,
    (SELECT string_agg(concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attisdropped,
                                 a.attidentity${version >= 120000 ? ', a.attgenerated' : ''}), ',' ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0)))`;

/**
 * Every table with rows of its own (leaf partitions, not their parents), most expensive to restore first.
 * Run it in the transaction of the exported snapshot.
 * @param leftOut extensions whose tables are left out
 */
export async function readTables(
  client: pg.Client,
  version: number,
  leftOut: readonly string[] = [],
): Promise<PlannedTable[]> {
  const { rows } = await client.query<{
    oid: number;
    relfilenode: number;
    digest: string;
    schema: string;
    name: string;
    columns: { name: string; hashedAsText: boolean }[] | null;
    binary: boolean | null;
    filter: string | null;
    pages: string;
    bytes: string;
    index_bytes: string;
    rows: string;
  }>(
    `
    SELECT c.oid, c.relfilenode, ${digest(version)} AS digest, n.nspname AS schema, c.relname AS name,
           shape.columns, shape.binary, configuration.filter,
           pg_relation_size(c.oid) / current_setting('block_size')::int AS pages,
           pg_table_size(c.oid) AS bytes, pg_indexes_size(c.oid) AS index_bytes,
           greatest(c.reltuples, 0)::bigint AS rows
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN (
      SELECT attrelid, bool_and("binary") AS binary,
             json_agg(json_build_object('name', name, 'hashedAsText', hashed_as_text) ORDER BY attnum) AS columns
      FROM (${columnsOf(version)}) each GROUP BY attrelid
    ) shape ON shape.attrelid = c.oid
    LEFT JOIN (
      SELECT unnest(extconfig) AS oid, unnest(extcondition) AS filter FROM pg_extension WHERE extname <> ALL ($1)
    ) configuration ON configuration.oid = c.oid
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND NOT ${foreignSchemas}
      AND (configuration.oid IS NOT NULL OR NOT ${isExtensionMember('pg_class', 'c.oid')})
    ORDER BY 3 * pg_indexes_size(c.oid) + pg_table_size(c.oid) DESC, c.oid`,
    [leftOut],
  );
  return rows.map((row) => ({
    oid: row.oid,
    relfilenode: row.relfilenode,
    digest: row.digest,
    schema: row.schema,
    name: row.name,
    columns: row.columns ?? [],
    format: row.binary === false ? 'text' : 'binary',
    ...(row.filter && { filter: row.filter }),
    pages: Number(row.pages),
    bytes: Number(row.bytes),
    indexBytes: Number(row.index_bytes),
    rows: Number(row.rows),
  }));
}

/**
 * The first of `tables` that is no longer what was planned. Must run in READ COMMITTED on another session, while the
 * copying one holds a lock: under the old snapshot a truncated table reads as empty without any error.
 */
export async function findChanged(
  client: pg.Client,
  tables: readonly PlannedTable[],
  version: number,
): Promise<PlannedTable | undefined> {
  const { rows } = await client.query<{ oid: number; relfilenode: number; digest: string }>(
    `SELECT c.oid, c.relfilenode, ${digest(version)} AS digest
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ANY($1::oid[])`,
    [tables.map((table) => table.oid)],
  );
  const now = new Map(rows.map((row) => [row.oid, row]));
  return tables.find(({ oid, relfilenode, digest }) => {
    const found = now.get(oid);
    return found?.relfilenode !== relfilenode || found.digest !== digest;
  });
}

/** Unlogged tables and sequences, where the server is a standby: it has their names, and not their contents. */
export async function readAbsent(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(`
    SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'S') AND c.relpersistence = 'u' AND NOT ${foreignSchemas} AND pg_is_in_recovery()
    ORDER BY 1, 2`);
  return rows.map(qualified);
}

export async function readSequences(client: pg.Client, leftOut: readonly string[] = []): Promise<SequenceName[]> {
  const { rows } = await client.query<SequenceName>(
    `
    SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND NOT ${foreignSchemas}
      AND (NOT ${isExtensionMember('pg_class', 'c.oid')} OR EXISTS (SELECT FROM pg_extension WHERE c.oid = ANY(extconfig) AND extname <> ALL ($1)))
    ORDER BY 1, 2`,
    [leftOut],
  );
  return rows;
}

/** Values are not transactional: read them after the data, so that they are past every copied key. */
export async function readSequenceValues(
  client: pg.Client,
  sequences: readonly SequenceName[],
): Promise<ManifestSequence[]> {
  const values: ManifestSequence[] = [];
  for (const sequence of sequences) {
    const { rows } = await client.query<{ last_value: string; is_called: boolean }>(
      `SELECT last_value, is_called FROM ${qualified(sequence)}`,
    );
    const [value] = rows;
    if (value) values.push({ ...sequence, lastValue: String(value.last_value), isCalled: value.is_called });
  }
  return values;
}

/** Populated materialized views, each after those it reads from. */
export async function readMaterializedViews(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(`
    WITH RECURSIVE reads AS (
      SELECT DISTINCT r.ev_class AS view, d.refobjid AS of
      FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
      WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
    ), depth AS (
      SELECT oid AS view, 0 AS depth FROM pg_class WHERE relkind IN ('m', 'v')
      UNION
      SELECT reads.view, depth.depth + 1 FROM depth JOIN reads ON reads.of = depth.view WHERE depth.depth < 100
    )
    SELECT n.nspname AS schema, c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN depth ON depth.view = c.oid
    WHERE c.relkind = 'm' AND c.relispopulated AND NOT ${foreignSchemas} AND NOT ${isExtensionMember('pg_class', 'c.oid')}
    GROUP BY 1, 2 ORDER BY max(depth), 1, 2`);
  return rows.map(qualified);
}

export async function serverFacts(client: pg.Client): Promise<{ version: number; encoding: string }> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  );
  return rows[0] as { version: number; encoding: string };
}
