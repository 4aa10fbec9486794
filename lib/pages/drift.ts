import type { Summary } from '../workflow/summary.ts';
import { plural, utc } from './format.ts';
import { type Html, html } from './html.ts';

type Change = NonNullable<Summary['drift']>['changes'][number];

const table = (changes: readonly Change[]): Html =>
  html`<table><thead><tr><th>What</th><th>Was</th><th>Is</th></tr></thead><tbody>${changes.map(
    ({ what, was, is, matters, because }) =>
      html`<tr><td>${what}${matters && html` <span class="tag warn">matters</span>`}<br><span class="soft small">${because}</span></td><td>${was}</td><td>${is}</td></tr>`,
  )}</tbody></table>`;

/** What changed since the last rehearsal: what matters in view, the rest one click away. */
export function driftSection({ drift }: Summary): Html | null {
  if (drift === null) return null;
  const { since, changes, notCompared } = drift;
  const matters = changes.filter((change) => change.matters);
  const rest = changes.filter((change) => !change.matters);
  return html`<section><h2>Since the last rehearsal</h2><p>${
    changes.length === 0 ? 'Nothing changed' : plural(changes.length, 'change')
  } since <span class="mono">${since.run}</span>, ${utc(since.at)}${changes.length > 0 && (matters.length === 0 ? ', none that matters' : `, ${matters.length} that matter`)}.</p>${
    matters.length > 0 && table(matters)
  }${rest.length > 0 && html`<details><summary>${plural(rest.length, 'change')} that matter little</summary>${table(rest)}</details>`}${
    notCompared.length > 0 &&
    html`<p class="small soft">Not compared, because that rehearsal’s document is gone or of another version: ${notCompared.join(', ')}.</p>`
  }</section>`;
}
