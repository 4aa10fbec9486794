import type pg from 'pg';
import type { ManifestSequence, PlannedTable } from '../staged.ts';
import { foreignSchemas } from './catalog.ts';
import { literal, writeFenced } from './fence.ts';
import { qualified, quoted } from './row-hash.ts';
import type { Holder } from './session.ts';

/** As many objects dropped in one transaction; each takes a lock slot. */
const DROP_AT_ONCE = 200;

/** Chunk marks in the target, by the plan whose chunks they are. */
export async function plansIn(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ plan: string }>(
    `SELECT DISTINCT split_part(chunk, '/', 1) AS plan FROM passage.chunks`,
  );
  return rows.map((row) => row.plan);
}

/** Relations outside Passage's schema that no extension brought, foreign tables included. */
const relations = `
  SELECT c.relkind, n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT ${foreignSchemas}
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i', 'a') AND (d.deptype = 'e' OR c.relkind = 'S'))`;

/** Any relation that is not Passage's, as an example for a message. */
export async function findRelation(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ schema: string; name: string }>(`${relations} LIMIT 1`);
  return rows[0] && qualified(rows[0]);
}

const dropWords: Record<string, string> = {
  v: 'VIEW',
  m: 'MATERIALIZED VIEW',
  f: 'FOREIGN TABLE',
  S: 'SEQUENCE',
};

/** Empties the database of everything that a restore brings, and forgets the chunks. Fenced, in several transactions. */
export async function wipe(client: pg.Client, holder: Holder): Promise<void> {
  for (let left = true; left; ) {
    await writeFenced(client, holder, async () => {
      const { rows } = await client.query<{ relkind: string; schema: string; name: string }>(
        `${relations} LIMIT ${DROP_AT_ONCE}`,
      );
      left = rows.length > 0;
      for (const row of rows) {
        await client.query(`DROP ${dropWords[row.relkind] ?? 'TABLE'} IF EXISTS ${qualified(row)} CASCADE`);
      }
    });
  }
  for (let left = true; left; ) {
    await writeFenced(client, holder, async () => {
      const { rowCount } = await client.query(
        `SELECT lo_unlink(oid) FROM (SELECT oid FROM pg_largeobject_metadata LIMIT ${DROP_AT_ONCE}) AS batch`,
      );
      left = Boolean(rowCount);
    });
  }
  await writeFenced(client, holder, async () => {
    const { rows: publications } = await client.query<{ name: string }>('SELECT pubname AS name FROM pg_publication');
    for (const { name } of publications) await client.query(`DROP PUBLICATION ${quoted(name)}`);
    const { rows: schemas } = await client.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace n WHERE NOT ${foreignSchemas}`,
    );
    for (const { name } of schemas) await client.query(`DROP SCHEMA ${quoted(name)} CASCADE`);
    // As initdb makes it: pg_restore counts on its being there.
    await client.query(`DO $$ BEGIN
      CREATE SCHEMA public;
      COMMENT ON SCHEMA public IS 'standard public schema';
      IF current_setting('server_version_num')::int >= 150000 THEN
        ALTER SCHEMA public OWNER TO pg_database_owner;
      END IF;
      GRANT USAGE ON SCHEMA public TO PUBLIC;
    END $$`);
    await client.query('DELETE FROM passage.chunks');
  });
}

export async function setSequences(client: pg.Client, sequences: readonly ManifestSequence[]): Promise<void> {
  for (const sequence of sequences) {
    await client.query(
      `SELECT setval(${literal(qualified(sequence))}::regclass, ${literal(sequence.lastValue)}::bigint, ${sequence.isCalled})`,
    );
  }
}

/** What ANALYZE is to be run on: a partitioned table brings its partitions. */
export async function tablesToAnalyze(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND NOT ${foreignSchemas}
     ORDER BY pg_total_relation_size(c.oid) DESC`,
  );
  return rows.map(qualified);
}

/** The same table's size here, to cut it into ranges of pages. */
export async function sizeHere(client: pg.Client, table: PlannedTable): Promise<{ pages: number; bytes: number }> {
  const { rows } = await client.query<{ pages: string; bytes: string }>(
    `SELECT pg_relation_size(oid) / current_setting('block_size')::int AS pages, pg_table_size(oid) AS bytes
     FROM (SELECT ${literal(qualified(table))}::regclass AS oid) AS named`,
  );
  return { pages: Number(rows[0]?.pages), bytes: Number(rows[0]?.bytes) };
}

/**
 * Makes everything committed so far durable: one synchronous commit of a real write (without one it would not flush),
 * then the flushed position is at or past what had been inserted before it. Throws when it is not.
 */
export async function makeDurable(client: pg.Client, holder: Holder, plan: string): Promise<void> {
  const { rows } = await client.query<{ inserted: string }>('SELECT pg_current_wal_insert_lsn()::text AS inserted');
  await writeFenced(client, holder, async () => {
    await client.query('SET LOCAL synchronous_commit = on');
    await client.query(
      `INSERT INTO passage.chunks (chunk, rows, bytes, epoch, loaded_at) VALUES ($1, 0, 0, $2, now())
       ON CONFLICT (chunk) DO UPDATE SET loaded_at = excluded.loaded_at`,
      [`${plan}/durable`, holder.epoch],
    );
  });
  const { rows: flushed } = await client.query<{ durable: boolean }>(
    'SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS durable',
    [rows[0]?.inserted],
  );
  if (!flushed[0]?.durable) throw new Error('the last commit was not flushed to disk');
}
