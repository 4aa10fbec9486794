import type { Summary } from '../workflow/summary.ts';
import { duration } from './format.ts';
import { type Html, html } from './html.ts';

type Part = Summary['freeze']['parts'][number];

const graded = { inside: 'inside', shorter: 'shorter', longer: 'longer' } as const;

const row = (part: Part, measured: boolean): Html =>
  html`<tr><td>${part.name}${part.basis === 'documented' && html` <span class="tag info">not measured yet</span>`}<br><span class="soft small">${part.because}</span></td><td class="n">${duration(part.low)}</td><td class="n">${duration(part.high)}</td>${
    measured &&
    html`<td class="n">${part.measuredSeconds !== null && duration(part.measuredSeconds)}${part.grade && html`<br><span class="${part.grade === 'longer' ? 'warn' : 'good'} small">${graded[part.grade]}</span>`}</td>`
  }</tr>`;

/** What a predicted freeze consists of, beside what each part took where there was a freeze, and how it is computed. */
export function predictionParts({ freeze: { parts, method } }: Summary): Html | null {
  if (parts.length === 0) return null;
  const measured = parts.some(({ measuredSeconds }) => measuredSeconds !== null);
  return html`<table><thead><tr><th>Part of the prediction</th><th class="n">Shortest</th><th class="n">Longest</th>${measured && html`<th class="n">Took</th>`}</tr></thead><tbody>${parts.map((part) => row(part, measured))}</tbody></table><details><summary>How it is computed</summary><ul>${method.map((sentence) => html`<li>${sentence}</li>`)}</ul></details>`;
}
