import { z } from 'zod';
import { count } from '../../domain/quantities.ts';

/** As many rows of a table are named; the counts are of all. */
export const NAMED_ROWS = 100;

const rowDifferenceKinds = ['missing', 'unexpected', 'changed', 'duplicated'] as const;

/** One row by its key. Its other values are never told: they may be secret. */
export const RowDifference = z.object({
  kind: z.enum(rowDifferenceKinds),
  /** `id = 42`, `tenant = 7, name = x`; a long value ends in `…`. */
  key: z.string(),
  /** Of a changed row: the names of the columns that differ. */
  columns: z.array(z.string()).optional(),
});
export type RowDifference = z.infer<typeof RowDifference>;

/** Where the rows of one table differ. */
export const TableDifferences = z.object({
  /** `schema.name` */
  table: z.string(),
  /** Columns of the key that rows are known by; empty where the table has none, and rows are only counted. */
  key: z.array(z.string()),
  missing: z.int(),
  unexpected: z.int(),
  changed: z.int(),
  duplicated: z.int(),
  /** The first ones, in the order of their keys' bytes. */
  rows: z.array(RowDifference).max(NAMED_ROWS),
  /** Why the rows are not named, where they are not. */
  note: z.string().optional(),
});
export type TableDifferences = z.infer<typeof TableDifferences>;

export const CatalogDifference = z.object({
  kind: z.enum(['missing', 'unexpected', 'different']),
  /** Type and name: `INDEX public.users_email_key`. */
  object: z.string(),
  message: z.string(),
});
export type CatalogDifference = z.infer<typeof CatalogDifference>;

/** What pg_dump, and the catalog besides it, tell of both sides. */
export const CatalogComparison = z.object({
  /** How many objects of the source were compared. */
  objects: z.int(),
  differences: z.array(CatalogDifference),
  /** What differs without being wrong, in sentences. */
  remarks: z.array(z.string()),
});
export type CatalogComparison = z.infer<typeof CatalogComparison>;

/** `row id = 42 is missing`, `row id = 7 changed in email, name`. */
export function describeRow({ kind, key, columns = [] }: RowDifference): string {
  if (kind === 'changed') return `row ${key} changed${columns.length ? ` in ${columns.join(', ')}` : ''}`;
  return `row ${key} is ${kind}`;
}

/** The first rows of a table that differ, or how many do: what follows the table's own sentence. */
export function describeTable(table: TableDifferences, most: number): string {
  const all = rowDifferenceKinds.reduce((sum, kind) => sum + table[kind], 0);
  if (table.note) return table.note;
  if (!table.rows.length) return all ? `${describeCounts(table)}; it has no key to name rows by.` : '';
  const rows = table.rows.slice(0, most).map(describeRow).join('; ');
  return `${rows}${all > most ? `; and ${count(all - most)} more (${describeCounts(table)})` : ''}.`;
}

/** `2 rows missing, 1 changed`. */
export function describeCounts(table: TableDifferences): string {
  const told = rowDifferenceKinds.flatMap((kind) => (table[kind] ? [`${count(table[kind])} ${kind}`] : []));
  return told.length ? `${told.join(', ')}` : 'no row differs by itself';
}
