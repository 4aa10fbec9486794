import type pg from 'pg';
import type { ManifestSequence, PlannedTable } from '../staged.ts';
import { foreignSchemas } from './catalog.ts';
import { literal, type Writer, writeAgain } from './fence.ts';
import { qualified } from './row-hash.ts';

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
export async function makeDurable(client: pg.Client, writer: Writer): Promise<void> {
  const { rows } = await client.query<{ inserted: string }>('SELECT pg_current_wal_insert_lsn()::text AS inserted');
  await writeAgain(client, writer, async () => {
    await client.query('SET LOCAL synchronous_commit = on');
    await client.query(
      `INSERT INTO passage.chunks (chunk, rows, bytes, epoch, loaded_at) VALUES ($1, 0, 0, $2, now())
       ON CONFLICT (chunk) DO UPDATE SET loaded_at = excluded.loaded_at`,
      [`${writer.plan}/durable`, writer.epoch],
    );
  });
  const { rows: flushed } = await client.query<{ durable: boolean }>(
    'SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS durable',
    [rows[0]?.inserted],
  );
  if (!flushed[0]?.durable) throw new Error('the last commit was not flushed to disk');
}
