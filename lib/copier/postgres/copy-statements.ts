import type { Piece, PlannedTable } from '../staged.ts';
import { condition, qualified, quoted } from './row-hash.ts';

/** Columns are named on both sides: generated ones are left out, and a dropped one does not shift the rest. */
export function copyOutStatement(table: PlannedTable, piece: Piece): string {
  const columns = columnList(table);
  return `COPY (SELECT ${columns} FROM ONLY ${qualified(table)}${condition(table, piece)}) TO STDOUT${formatOf(table)}`;
}

export const copyInStatement = (table: PlannedTable) =>
  `COPY ${qualified(table)}${table.columns.length ? ` (${columnList(table)})` : ''} FROM STDIN${formatOf(table)}`;

const columnList = (table: PlannedTable) => table.columns.map(({ name }) => quoted(name)).join(', ');
const formatOf = (table: PlannedTable) => (table.format === 'binary' ? ' WITH (FORMAT binary)' : '');
