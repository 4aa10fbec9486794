import { describeCounts, describeRow, type TableDifferences } from '../copier/verify/findings.ts';
import type { Verification } from '../copier/verify/verify.ts';
import { bytes, count, duration, plural, rate } from '../domain/quantities.ts';
import { visible } from '../pages/html.ts';

/** Of each table; `--json` has up to 100. */
const NAMED = 10;
/** Of the catalog's differences and of remarks. */
const LISTED = 50;

const first = (lines: readonly string[], most: number): string[] =>
  lines.length > most
    ? [...lines.slice(0, most), `… and ${count(lines.length - most)} more: --json has them`]
    : [...lines];

const indented = (lines: readonly string[], by: number) => lines.map((line) => `${' '.repeat(by)}${line}`);

function located(table: TableDifferences): string[] {
  const rows = table.rows.map((row) => describeRow(row));
  const all = table.missing + table.unexpected + table.changed + table.duplicated;
  const more = all - Math.min(rows.length, NAMED);
  return [
    `${describeCounts(table)}${table.key.length ? '' : ' (the table has no key to name rows by)'}`,
    ...indented(rows.slice(0, NAMED), 2),
    ...(table.key.length && more > 0 ? [`  … and ${count(more)} more`] : []),
    ...(table.note ? [table.note] : []),
  ];
}

/** What a proof found, for a terminal; nothing in it steers one, and no value but keys is in it. */
export function verificationText(proof: Verification): string {
  const { tables, differences, catalog } = proof;
  const rows = tables.reduce((sum, table) => sum + (table.rowsSource ?? 0), 0);
  const size = tables.reduce((sum, table) => sum + table.bytes, 0);
  const found = differences.length + catalog.differences.length;
  const places = new Map(proof.located.map((table) => [table.table, table]));
  const block = (title: string, lines: readonly string[]) => (lines.length ? ['', title, ...indented(lines, 2)] : []);
  return [
    found ? `NOT EQUAL  ${plural(found, 'difference')}` : 'EQUAL  every row and every object',
    `${plural(tables.length, 'table')}, ${plural(rows, 'row')}, ${bytes(size)} a side, compared byte for byte in ${duration(proof.seconds)}${proof.seconds ? ` (${rate((2 * size) / proof.seconds)})` : ''}; ${plural(catalog.objects, 'object')} of the catalog.`,
    ...block(
      'Data',
      differences.flatMap(({ of, message }) => {
        const place = places.get(of);
        return [message, ...(place ? indented(located(place), 4) : [])];
      }),
    ),
    ...block(
      'Catalog',
      first(
        catalog.differences.map(({ message }) => message),
        LISTED,
      ),
    ),
    ...block('Remarks, which are no differences', first(catalog.remarks, LISTED)),
  ]
    .map(visible)
    .join('\n');
}
