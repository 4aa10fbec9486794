import { toDecide } from '../domain/freeze-words.ts';
import { bytes, count, duration, plural, rate, utc } from '../domain/quantities.ts';
import type { Summary } from '../workflow/summary.ts';
import { approvalsSection } from './approvals.ts';
import { bootSection } from './boot.ts';
import { checksSection } from './checks.ts';
import { driftSection } from './drift.ts';
import { filesSection } from './files.ts';
import { historySection } from './history.ts';
import { type Html, html, trusted } from './html.ts';
import { freezeSection } from './prediction.ts';
import { reportStyle } from './report-style.ts';
import { type Runbook, runbookSection } from './runbook.ts';
import { base } from './style.ts';
import { tablesSection } from './tables.ts';
import { timelineSection } from './timeline.ts';
import { variablesSection } from './variables.ts';
import { failure, next, titleOf, verdict } from './verdict.ts';
import { wayBackSection } from './way-back.ts';

/** An interval that breaks between its ends only. */
const unbroken = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  [low, high].map((end) => duration(end).replaceAll(' ', '\u00a0')).join(' to ');

function figures(summary: Summary): Html {
  const { totals, freeze, overheadSeconds } = summary;
  const overhead = overheadSeconds.freeze ?? overheadSeconds.rehearsal;
  const figure = (label: string, value: string, more?: string): Html =>
    html`<div><dt>${label}</dt><dd>${value}${more && html`<small>${more}</small>`}</dd></div>`;
  return html`<dl class="figures">${figure('Took', duration(summary.seconds))}${
    totals && [
      figure('Rows proved', count(totals.rows), `in ${plural(summary.tables.length, 'table')}`),
      figure('Copied', bytes(totals.bytes), `as sent, at ${rate(totals.bytesPerSecond)}`),
    ]
  }${
    freeze.measuredSeconds !== null
      ? figure(
          'Freeze',
          duration(freeze.measuredSeconds),
          freeze.waitingSeconds ? `${duration(freeze.waitingSeconds)} of it people deciding` : undefined,
        )
      : freeze.predicted &&
        figure(
          'Freeze, predicted',
          unbroken(freeze.predicted),
          freeze.decideSeconds === null ? undefined : `+ ${toDecide(freeze.decideSeconds)}`,
        )
  }${overhead !== null && figure('Orchestration overhead', duration(overhead), 'time in which no work ran')}</dl>`;
}

function workers({ workers: all, totals }: Summary): Html | null {
  if (all.length === 0) return null;
  return html`<section id="workers"><h2>The workers</h2><table><thead><tr><th>Worker</th><th class="n">Processor</th><th class="n">Memory</th><th></th></tr></thead><tbody>${all.map(
    ({ worker, cpuSeconds, peakBytes, aimBytes }) =>
      html`<tr><td>${worker}</td><td class="n">${duration(cpuSeconds)}</td><td class="n">${bytes(peakBytes)}</td><td>${peakBytes <= aimBytes ? html`<span class="tag good">kept</span>` : html`<span class="tag warn">missed</span>`}</td></tr>`,
  )}</tbody></table><p class="small soft">Memory is its peak; the aim is 256 MB + twice the largest row: ${bytes(Math.max(...all.map(({ aimBytes }) => aimBytes)))}.${totals && ` Of the time that their sessions had, ${count(totals.proofShare * 100)} % went into counting and hashing.`}</p></section>`;
}

const survived = ({ survived: incidents }: Summary): Html | null =>
  incidents.length === 0
    ? null
    : html`<section id="survived"><h2>Survived</h2><ul>${incidents.map((incident) => html`<li>${incident}</li>`)}</ul></section>`;

const leftOut = ({ leftOut: things }: Summary): Html | null =>
  things.length === 0
    ? null
    : html`<section id="left-out"><h2>What this run did not do</h2><dl class="pairs">${things.map(({ what, because }) => html`<dt>${what}</dt><dd>${because}</dd>`)}</dl></section>`;

const particulars = (summary: Summary): Html =>
  html`<section id="particulars"><h2>Particulars</h2><dl class="pairs"><dt>Run</dt><dd class="mono">${summary.run}</dd><dt>Reason</dt><dd>${summary.reason}</dd>${summary.requester && html`<dt>Started by</dt><dd>${summary.requester}</dd>`}<dt>Began</dt><dd>${utc(summary.startedAt, 'second')}</dd><dt>Written</dt><dd>${utc(summary.writtenAt, 'second')}</dd>${
    summary.overheadSeconds.rehearsal !== null &&
    html`<dt>Overhead</dt><dd>${duration(summary.overheadSeconds.rehearsal)} of the rehearsal in which nothing was copied or proved</dd>`
  }<dt>Configuration</dt><dd class="mono">${summary.configurationDigest}</dd><dt>Plan</dt><dd class="mono">${summary.planDigest}</dd></dl></section>`;

interface Section {
  readonly id: string;
  readonly name: string;
  readonly section: Html;
}

/** The story in its order: how it went, what stands in the way, what is proved, what comes. */
const sectionsOf = (summary: Summary, runbook: Runbook): Section[] =>
  [
    { id: 'time', name: 'Time', section: timelineSection(summary) },
    { id: 'checks', name: 'Checks', section: checksSection(summary) },
    { id: 'tables', name: 'Tables', section: tablesSection(summary) },
    { id: 'boot', name: 'Boot', section: bootSection(summary) },
    { id: 'variables', name: 'Variables', section: variablesSection(summary) },
    { id: 'files', name: 'Files', section: filesSection(summary) },
    { id: 'freeze', name: 'Freeze', section: freezeSection(summary) },
    { id: 'way-back', name: 'Way back', section: wayBackSection(summary) },
    { id: 'drift', name: 'Differences', section: driftSection(summary) },
    { id: 'history', name: 'History', section: historySection(summary) },
    { id: 'approvals', name: 'Approvals', section: approvalsSection(summary) },
    { id: 'survived', name: 'Survived', section: survived(summary) },
    { id: 'workers', name: 'Workers', section: workers(summary) },
    { id: 'left-out', name: 'Not done', section: leftOut(summary) },
    { id: 'runbook', name: 'Runbook', section: runbookSection(summary, runbook) },
    { id: 'particulars', name: 'Particulars', section: particulars(summary) },
  ].flatMap(({ section, ...rest }) => (section === null ? [] : [{ ...rest, section }]));

const contents = (sections: readonly Section[]): Html =>
  html`<nav aria-label="Sections"><ul>${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>`;

/**
 * `runs/<run>/report.html`: one file that needs nothing else, on a screen, on a phone and on paper.
 * Its own policy forbids it to load anything.
 */
export function reportPage(summary: Summary, runbook: Runbook): string {
  const sections = sectionsOf(summary, runbook);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<link rel="icon" href="data:,"><title>${summary.migration}: ${titleOf(summary)} (${summary.run})</title><style>${trusted(base + reportStyle)}</style></head>
<body><main><header>${verdict(summary)}${failure(summary)}</header>
${next(summary)}${figures(summary)}${contents(sections)}
${sections.map(({ section }) => section)}
<footer>Figures were measured in this run, but for predictions, which say what they rest on. The same data for programs: <code>summary.json</code>.</footer></main></body></html>
`.text;
}
