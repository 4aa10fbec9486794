import { plural, utc } from '../domain/quantities.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Html, html } from './html.ts';

type Change = NonNullable<Summary['drift']>['changes'][number];

const table = (changes: readonly Change[]): Html =>
  html`<div class="wide"><table class="stack"><thead><tr><th>What</th><th>Was</th><th>Is</th></tr></thead><tbody>${changes.map(
    ({ what, was, is, matters, stops, because }) =>
      html`<tr><td>${what}${
        stops
          ? html` <span class="tag bad">rehearse again</span>`
          : matters && html` <span class="tag warn">matters</span>`
      }<br><span class="soft small">${because}</span></td><td data-label="Was">${was}</td><td data-label="Is">${is}</td></tr>`,
  )}</tbody></table></div>`;

/** What changed since the last rehearsal: what matters in view, the rest one click away. */
export function driftSection({ drift }: Summary): Html | null {
  if (drift === null) return null;
  const { since, changes, notCompared } = drift;
  const matters = changes.filter((change) => change.matters || change.stops);
  const rest = changes.filter((change) => !change.matters && !change.stops);
  return html`<section id="drift"><h2>Different since the last rehearsal</h2><p>${
    changes.length === 0 ? 'Nothing changed' : plural(changes.length, 'change')
  } since <span class="mono">${since.run}</span>, ${utc(since.at)}${
    changes.length > 0 &&
    (matters.length === 0
      ? ', none that matters'
      : `, ${matters.length} that ${matters.length === 1 ? 'matters' : 'matter'}`)
  }.</p>${matters.length > 0 && table(matters)}${
    rest.length > 0 &&
    html`<details><summary>${plural(rest.length, 'change')} that ${rest.length === 1 ? 'matters' : 'matter'} little</summary>${table(rest)}</details>`
  }${
    notCompared.length > 0 &&
    html`<p class="small soft">Not compared, because that rehearsal’s document is gone or of another version, or because this run could not learn it: ${notCompared.join(', ')}.</p>`
  }</section>`;
}
