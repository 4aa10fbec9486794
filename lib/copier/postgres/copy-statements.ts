import type { Piece, PlannedTable } from '../staged.ts';
import { identifier } from './encoding.ts';
import { condition } from './row-hash.ts';

/**
 * Columns are named on both sides: generated ones are left out, and a dropped one does not shift the rest.
 * Both are to be sent under the server's `encoding`.
 */
export function copyOutStatement(table: PlannedTable, piece: Piece, encoding: string): string {
  const columns = columnList(table, encoding);
  return `COPY (SELECT ${columns} FROM ONLY ${tableName(table, encoding)}${condition(table, piece)}) TO STDOUT${formatOf(table)}`;
}

export const copyInStatement = (table: PlannedTable, encoding: string, into = tableName(table, encoding)) =>
  `COPY ${into}${table.columns.length ? ` (${columnList(table, encoding)})` : ''} FROM STDIN${formatOf(table)}`;

const tableName = ({ schema, name }: PlannedTable, encoding: string) =>
  `${identifier(schema, encoding)}.${identifier(name, encoding)}`;
export const columnList = (table: PlannedTable, encoding: string) =>
  table.columns.map(({ name }) => identifier(name, encoding)).join(', ');
const formatOf = (table: PlannedTable) => (table.format === 'binary' ? ' WITH (FORMAT binary)' : '');
