import type pg from 'pg';

/**
 * The columns that a table's rows are known by: its primary key, else a unique index that is immediate, whole and over
 * columns that are never NULL; empty without one. In the order of the table's columns.
 */
export async function readKey(client: pg.Client, table: { schema: string; name: string }): Promise<string[]> {
  const { rows } = await client.query<{ columns: string[] }>(
    `SELECT (SELECT array_agg(a.attname::text ORDER BY a.attnum)
             FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (parts.columns)) AS columns
     FROM pg_index i
     JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN LATERAL (SELECT (i.indkey::int2[])[0:i.indnkeyatts - 1] AS columns) AS parts
     WHERE n.nspname = $1 AND c.relname = $2
       AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND NOT 0 = ANY (parts.columns)
       AND NOT EXISTS (SELECT FROM pg_attribute a
                       WHERE a.attrelid = i.indrelid AND a.attnum = ANY (parts.columns)
                         AND (NOT a.attnotnull OR a.attgenerated <> ''))
     ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid
     LIMIT 1`,
    [table.schema, table.name],
  );
  return rows[0]?.columns ?? [];
}
