import { toDecide, unmeasured } from '../domain/freeze-words.ts';
import { duration, interval } from '../domain/quantities.ts';
import type { Summary } from '../workflow/summary.ts';
import { intervalBar } from './bars.ts';
import { type Html, html } from './html.ts';

type Freeze = Summary['freeze'];
type Part = Freeze['parts'][number];

const grades = {
  inside: 'The freeze lay inside its prediction.',
  shorter: 'The freeze was shorter than predicted.',
  longer: 'The freeze was longer than predicted: look for the part that grew before the next one.',
} as const;

const tone = (grade: Freeze['grade']): string => (grade === 'longer' ? 'warn' : 'good');

const row = (part: Part, measured: boolean, most: number): Html =>
  html`<tr><td>${part.name}${part.basis === 'documented' && html` <span class="tag info">not measured yet</span>`}<br><span class="soft small">${part.because}</span></td><td class="pic">${intervalBar(part, part.measuredSeconds, most)}</td><td class="n">${duration(part.low)}</td><td class="n">${duration(part.high)}</td>${
    measured &&
    html`<td class="n">${part.measuredSeconds !== null && duration(part.measuredSeconds)}${part.grade && html`<br><span class="${tone(part.grade)} small">${part.grade}</span>`}</td>`
  }</tr>`;

/** What a predicted freeze consists of, beside what each part took where there was a freeze, and how it is computed. */
function parts({ parts: all, method }: Freeze): Html | null {
  if (all.length === 0) return null;
  const measured = all.some(({ measuredSeconds }) => measuredSeconds !== null);
  const most = Math.max(...all.map(({ high, measuredSeconds }) => Math.max(high, measuredSeconds ?? 0)));
  return html`<div class="wide"><table><thead><tr><th>Part of the freeze</th><th class="pic"></th><th class="n">Shortest</th><th class="n">Longest</th>${measured && html`<th class="n">Took</th>`}</tr></thead><tbody>${all.map((part) => row(part, measured, most))}</tbody></table></div><p class="small soft">The parts do not add up to the prediction: that all are at their shortest at once, or all at their longest, is rarer than that one is.</p>${
    method.length > 0 &&
    html`<details><summary>How the prediction is computed</summary><ul>${method.map((sentence) => html`<li>${sentence}</li>`)}</ul></details>`
  }`;
}

/** Of a cutover whose prediction told no parts: the phases in which it froze. */
function phasesOf({ freeze: { from, to, parts: all }, phases }: Summary): Html | null {
  const during = phases.filter(
    ({ startedAt }) => from !== null && startedAt >= from && (to === null || startedAt < to),
  );
  if (all.length > 0 || during.length === 0) return null;
  return html`<table><thead><tr><th>Part of the freeze</th><th class="n">Took</th></tr></thead><tbody>${during.map((phase) => html`<tr><td>${phase.name}</td><td class="n">${duration(phase.seconds)}</td></tr>`)}</tbody></table>`;
}

/** How long nobody can work: as predicted, as measured, and what it consists of. */
export function freezeSection(summary: Summary): Html | null {
  const { freeze, overheadSeconds } = summary;
  const { predicted, measuredSeconds, waitingSeconds, grade } = freeze;
  if (predicted === null && measuredSeconds === null) return null;
  const worked = measuredSeconds === null ? null : measuredSeconds - (waitingSeconds ?? 0);
  const never = measuredSeconds === null ? unmeasured(freeze.parts) : null;
  return html`<section id="freeze"><h2>${measuredSeconds === null ? 'How long the freeze will take' : 'The freeze'}</h2>${
    predicted &&
    html`<div class="prediction">${intervalBar(predicted, worked, Math.max(predicted.high, worked ?? 0))}<p class="ends"><span>0</span><span>${duration(Math.max(predicted.high, worked ?? 0))}</span></p></div>`
  }<dl class="pairs">${
    predicted &&
    html`<dt>Predicted</dt><dd><strong>${interval(predicted)}</strong>, ${freeze.decideSeconds === null ? 'without the time in which people decide' : `and ${toDecide(freeze.decideSeconds)}`}${
      never === null ? '' : `; ${never}`
    }</dd>`
  }${
    measuredSeconds !== null &&
    html`<dt>Measured</dt><dd><strong>${duration(measuredSeconds)}</strong>${freeze.to === null && ', and it still lasts'}${waitingSeconds ? html`, of which people decided for ${duration(waitingSeconds)}` : null}</dd>`
  }${overheadSeconds.freeze !== null && html`<dt>Overhead</dt><dd>${duration(overheadSeconds.freeze)} in which nothing was copied, proved, stopped, started or decided</dd>`}</dl>${
    grade && html`<p class="${tone(grade)}">${grades[grade]}</p>`
  }${parts(freeze)}${phasesOf(summary)}</section>`;
}
