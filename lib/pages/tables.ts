import { bytes, count, duration, plural, rate } from '../domain/quantities.ts';
import type { Summary } from '../workflow/summary.ts';
import { WIDTH } from './axis.ts';
import { bar, swatch } from './bars.ts';
import { type Html, html } from './html.ts';

type Table = Summary['tables'][number];

/** As many as one looks at; the rest is one click away. */
const SHOWN = 25;

/** Long names break between their words. */
export const breakable = (name: string): Html[] =>
  name.split(/(?<=[._])/).map((part, index) => html`${index > 0 && html`<wbr>`}${part}`);

function row(table: Table, largest: number): Html {
  const rows =
    table.rowsTarget === null || table.rowsTarget === table.rows
      ? count(table.rows)
      : html`${count(table.rows)}<br><span class="bad">${count(table.rowsTarget)} arrived</span>`;
  return html`<tr><td>${breakable(table.table)}</td><td class="n">${rows}</td><td class="n">${bytes(table.bytes)}</td><td class="pic">${bar(table.bytes, largest)}</td><td class="n">${duration(table.seconds)}</td><td class="proof">${
    table.equal ? html`<span class="good">equal</span>` : html`<strong class="bad">differs</strong>`
  }</td></tr>`;
}

const head = html`<thead><tr><th>Table</th><th class="n">Rows</th><th class="n">Size</th><th class="pic"></th><th class="n">Time</th><th>Proof</th></tr></thead>`;

/** What the picture of sizes names one by one. */
const NAMED = 5;

/** How the bytes are shared out: the largest tables, and all the others as one. */
function shares(tables: readonly Table[]): Html | null {
  const total = tables.reduce((sum, table) => sum + table.bytes, 0);
  if (total === 0 || tables.length <= NAMED) return null;
  const sorted = [...tables].sort((a, b) => b.bytes - a.bytes);
  const others = sorted.slice(NAMED);
  const pieces = [
    ...sorted.slice(0, NAMED).map(({ table, bytes: size }) => ({ name: table, size })),
    { name: plural(others.length, 'other table'), size: others.reduce((sum, table) => sum + table.bytes, 0) },
  ];
  let at = 0;
  const drawn = pieces.map(({ size }, index) => {
    const [from, width] = [at, (size / total) * WIDTH];
    at += width;
    return html`<rect class="share${index}" x="${from.toFixed(1)}" width="${Math.max(0, width - 2).toFixed(1)}" height="10"/>`;
  });
  return html`<svg class="shares" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true">${drawn}</svg>
<ul class="legend">${pieces.map(({ name, size }, index) => html`<li>${swatch(`share${index}`)}${breakable(name)} ${bytes(size)} (${Math.round((size / total) * 100)} %)</li>`)}</ul>`;
}

/** Tables that differ come first, then the largest. */
export function tablesSection({ tables, totals, differences, catalog }: Summary): Html | null {
  if (totals === null) return null;
  const sorted = [...tables].sort((a, b) => Number(a.equal) - Number(b.equal) || b.bytes - a.bytes);
  const largest = Math.max(0, ...tables.map((table) => table.bytes));
  const [shown, more] = [sorted.slice(0, SHOWN), sorted.slice(SHOWN)];
  const differing = tables.filter(({ equal }) => !equal).length;
  return html`<section id="tables"><h2>Tables</h2>
<p>${
    differing === 0 && differences.length === 0
      ? html`${plural(tables.length, 'table')} compared row by row, byte for byte: all equal.`
      : html`<strong class="bad">${
          differing > 0
            ? `${plural(differing, 'table')} of ${count(tables.length)} not equal.`
            : `${plural(differences.length, 'difference')} besides the tables, whose rows are all equal.`
        }</strong>`
  }${catalog && differences.length === 0 && html` Catalog equal: ${plural(catalog.objects, 'object')} compared.`} ${bytes(totals.bytes)} moved and proved in ${duration(totals.seconds)} (${rate(totals.bytesPerSecond)}), staged as ${bytes(totals.stagedBytes)}. Sizes here are of the rows as they were sent; on disk, with indexes and free space, they are others.</p>
${catalog && catalog.remarks.length > 0 && html`<details><summary>${plural(catalog.remarks.length, 'remark')} on the catalog, which ${catalog.remarks.length === 1 ? 'is no difference' : 'are no differences'}</summary><ul>${catalog.remarks.map((remark) => html`<li>${remark}</li>`)}</ul></details>`}
${differences.length > 0 && html`<div class="note bad">${differences.slice(0, 20).map((difference) => html`<p>${difference}</p>`)}${differences.length > 20 && html`<p>and ${count(differences.length - 20)} more in summary.json</p>`}</div>`}
${shares(tables)}
<div class="wide"><table>${head}<tbody>${shown.map((table) => row(table, largest))}</tbody></table></div>
${more.length > 0 && html`<details><summary>${plural(more.length, 'smaller table')}</summary><table>${head}<tbody>${more.map((table) => row(table, largest))}</tbody></table></details>`}</section>`;
}
