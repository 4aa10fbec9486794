import { checkSums } from '../domain/check-sums.ts';
import { count, plural, utc } from '../domain/quantities.ts';
import { pointText } from '../domain/readiness.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Html, html } from './html.ts';
import { reference } from './runbook.ts';

type Tone = 'good' | 'warn' | 'bad';

const marks: Readonly<Record<Tone, Html>> = {
  good: html`<path d="M13 25l8 8 15-17"/>`,
  warn: html`<path d="M24 12v15M24 34v1"/>`,
  bad: html`<path d="M16 16l16 16M32 16L16 32"/>`,
};

/** Green where nothing is left to decide, as a copy that arrived is not yet a reason to go; and where all is done. */
function toneOf({ verdict, readiness }: Summary): Tone {
  if (verdict === 'failed') return 'bad';
  return readiness.go === 'yes' || readiness.go === 'done' ? 'good' : 'warn';
}

/** A heading that says by itself whether to go. */
export function titleOf({ verdict, readiness, error }: Pick<Summary, 'verdict' | 'readiness' | 'error'>): string {
  if (readiness.go === 'yes') return 'Ready to cut over';
  if (verdict === 'rehearsed') return 'Rehearsed, not ready yet';
  if (verdict === 'checked') return 'Checked, not rehearsed';
  if (error?.name === 'PreflightBlocked') return 'Stopped by preflight';
  return { 'cut over': 'Cut over', unwound: 'Put back', 'called off': 'Called off', failed: 'Failed' }[verdict];
}

const tones = {
  blocker: 'bad',
  unbooted: 'warn',
  'unproved key': 'warn',
  warning: 'warn',
  'unknown variable': 'warn',
} as const;

/** What stands open as links to where more is said, and the checks by severity. */
function open({ readiness, checks, variables }: Summary): Html | null {
  const sum = checkSums(checks);
  const overridden = checks.filter((check) => check.overridden !== null).length;
  const unknown = variables.filter(({ fate }) => fate === 'ask').length;
  if (readiness.open.length === 0 && sum.length === 0) return null;
  return html`<ul class="open">${readiness.open.map(
    (point) => html`<li><a class="tag ${tones[point.kind]}" href="#${point.section}">${pointText(point)}</a></li>`,
  )}${unknown > 0 && !readiness.open.some(({ kind }) => kind === 'unknown variable') && html`<li class="soft"><a href="#variables">${plural(unknown, 'unknown variable')}</a></li>`}${overridden > 0 && html`<li><a class="tag warn" href="#checks">${plural(overridden, 'warning')} overridden: read why</a></li>`}${sum.length > 0 && html`<li class="soft"><a href="#checks">${count(checks.length)} checks</a>: ${sum.join(', ')}</li>`}</ul>`;
}

/** May we go: the answer, what it rests on, and what stands open. */
export function verdict(summary: Summary): Html {
  const { readiness, mode, migration, startedAt } = summary;
  const tone = toneOf(summary);
  return html`<p class="over">Passage: ${mode} of ${migration}, ${utc(startedAt)}</p>
<div class="verdict"><svg class="${tone}" viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="24" cy="24" r="21" stroke-width="3"/>${marks[tone]}</svg>
<div><h1 class="${tone}">${titleOf(summary)}</h1><p class="lead">${readiness.sentence}</p><p>${summary.headline}${readiness.freshUntil && html` A cutover is admitted on this rehearsal until ${utc(readiness.freshUntil)}.`}</p>${open(summary)}</div></div>`;
}

/** What stopped the run, and where that is explained. */
export function failure({ error }: Summary): Html | null {
  if (error === null) return null;
  return html`<div class="note bad"><strong class="mono">${error.name}</strong>${error.state && html` in “${error.state}”`}
<p>${error.message}</p><p class="small">What it means and what to do: ${reference(error.runbook)}</p></div>`;
}

/** In the order in which it has to be done. */
export const next = ({ next: steps }: Summary): Html =>
  html`<section id="next"><h2>What to do next</h2><ol class="next">${steps.map((step) => html`<li>${step}</li>`)}</ol></section>`;
