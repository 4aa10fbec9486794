import { count } from '../domain/quantities.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Html, html } from './html.ts';
import { reference } from './runbook.ts';

const severities = [
  { severity: 'BLOCKER', tone: 'bad' },
  { severity: 'WARNING', tone: 'warn' },
  { severity: 'INFO', tone: 'info' },
  { severity: 'PASS', tone: 'good' },
] as const;

/** What needs nobody folds when there are more of them. */
const SHOWN_NOTES = 4;

/** A title says what is so when the check passes. */
const wanted: ReadonlySet<string> = new Set(['BLOCKER', 'WARNING']);

function check(finding: Summary['checks'][number], tone: string): Html {
  const { severity, title, id, saw, todo, overridden, runbook } = finding;
  // What is overridden is still so: what mends it stays in sight.
  const answer = html`${overridden !== null && html`<p><strong>Overridden,</strong> and seen again in this run: ${overridden}</p>`}${
    todo && html`<p><strong>Do:</strong> ${todo}</p>`
  }`;
  const section =
    severity !== 'PASS' &&
    html`<p class="small soft">${wanted.has(severity) ? reference(runbook) : html`<code>${runbook}</code>`}</p>`;
  return html`<div class="check"><div><span class="tag ${tone}">${severity}</span></div><div><p>${wanted.has(severity) && html`<span class="soft">Wanted:</span> `}<strong>${title}</strong> <span class="soft mono">${id}</span></p><p>${saw}</p>${answer}${section}</div></div>`;
}

/** The gravest first, open ones before those that are overridden; what passed waits behind a click. */
export function checksSection({ checks: findings }: Summary): Html | null {
  if (findings.length === 0) return null;
  const of = (severity: string, tone: string): Html[] =>
    findings
      .filter((finding) => finding.severity === severity)
      .sort((a, b) => Number(a.overridden !== null) - Number(b.overridden !== null))
      .map((finding) => check(finding, tone));
  const [blockers, warnings, notes, passed] = severities.map(({ severity, tone }) => of(severity, tone));
  const folded = (what: string, rows: readonly Html[]): Html | false =>
    rows.length > 0 && html`<details><summary>${count(rows.length)} ${what}</summary>${rows}</details>`;
  return html`<section id="checks"><h2>Checks before the copy</h2>${blockers!}${warnings!}${
    notes!.length <= SHOWN_NOTES ? notes! : folded('to know', notes!)
  }${folded('passed', passed!)}</section>`;
}
