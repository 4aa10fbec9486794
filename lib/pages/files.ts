import { plural } from '../domain/quantities.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Html, html } from './html.ts';

/** What was made for people of what was collected: what each file is, and what to do with it, in order. */
export function filesSection({ files }: Summary): Html | null {
  if (files.length === 0) return null;
  return html`<section id="files"><h2>Generated files</h2>
<p>${plural(files.length, 'file')}, made from what this run found, in the order in which they are used. None holds a secret’s value. They are in <code>files/</code> beside this report.</p>
<ol>${files.map(({ name, why, how }) => html`<li><p><a class="mono" href="files/${encodeURIComponent(name)}">${name}</a><br>${why}</p><p class="soft"><strong>Do:</strong> ${how}</p></li>`)}</ol></section>`;
}
