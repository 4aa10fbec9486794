import type { Summary } from '../workflow/summary.ts';
import { bootSection } from './boot.ts';
import { checksSection } from './checks.ts';
import { driftSection } from './drift.ts';
import { filesSection } from './files.ts';
import { bytes, count, duration, interval, plural, rate, utc } from './format.ts';
import { historySection } from './history.ts';
import { type Html, html, trusted } from './html.ts';
import { predictionParts } from './prediction.ts';
import { reportStyle } from './report-style.ts';
import { base } from './style.ts';
import { tablesSection } from './tables.ts';
import { timelineSection } from './timeline.ts';
import { variablesSection } from './variables.ts';
import { failure, next, titleOf, verdict } from './verdict.ts';

function figures(summary: Summary): Html {
  const { totals, freeze, overheadSeconds } = summary;
  const overhead = overheadSeconds.freeze ?? overheadSeconds.rehearsal;
  const figure = (label: string, value: string, more?: string): Html =>
    html`<div><dt>${label}</dt><dd>${value}${more && html`<small>${more}</small>`}</dd></div>`;
  return html`<dl class="figures">${figure('Took', duration(summary.seconds))}${
    totals && [
      figure('Rows proved', count(totals.rows), `in ${plural(summary.tables.length, 'table')}`),
      figure('Copied', bytes(totals.bytes), `at ${rate(totals.bytesPerSecond)}`),
    ]
  }${
    freeze.measuredSeconds !== null
      ? figure(
          'Freeze',
          duration(freeze.measuredSeconds),
          freeze.waitingSeconds ? `${duration(freeze.waitingSeconds)} of it people deciding` : undefined,
        )
      : freeze.predicted && figure('Freeze, predicted', interval(freeze.predicted))
  }${overhead !== null && figure('Orchestration overhead', duration(overhead), 'time in which no work ran')}</dl>`;
}

const decisions = { approved: 'good', rejected: 'bad', expired: 'warn', open: 'info' } as const;

function approvals({ approvals: requests }: Summary): Html | null {
  if (requests.length === 0) return null;
  return html`<section><h2>Approvals</h2>${requests.map(
    (
      request,
    ) => html`<h3>${request.subject === 'go' ? 'Go: begin the freeze' : 'Switch: send users to the target'} <span class="tag ${decisions[request.decision]}">${request.decision}</span></h3>
<ul class="votes">${request.votes.map(
      (vote) =>
        html`<li><strong>${vote.email}</strong><span class="${vote.decision === 'approve' ? 'good' : 'bad'}">${vote.decision}</span>${vote.comment && html`<span class="soft">“${vote.comment}”</span>`}<time>${utc(vote.at, 'second')}</time></li>`,
    )}${request.votes.length === 0 && html`<li class="soft">Nobody voted.</li>`}</ul>
<p class="small soft">${count(request.required)} needed, asked by ${request.requester}, open until ${utc(request.deadline)}. Digest of what was decided on: <code>${request.digest}</code></p>`,
  )}</section>`;
}

const grades = {
  inside: 'The freeze lay inside its prediction.',
  shorter: 'The freeze was shorter than predicted.',
  longer: 'The freeze was longer than predicted: look for the phase that grew before the next one.',
} as const;

function freeze(summary: Summary): Html | null {
  const { freeze: told, phases, overheadSeconds } = summary;
  if (told.predicted === null && told.measuredSeconds === null) return null;
  const end = told.to;
  const during = phases.filter(
    ({ startedAt }) => told.from !== null && startedAt >= told.from && (end === null || startedAt < end),
  );
  return html`<section><h2>Freeze</h2><dl class="pairs">${told.predicted && html`<dt>Predicted</dt><dd>${interval(told.predicted)}, without the time in which people decide</dd>`}${
    told.measuredSeconds !== null &&
    html`<dt>Measured</dt><dd>${duration(told.measuredSeconds)}${told.to === null && ', and it still lasts'}${told.waitingSeconds ? html`, of which people decided for ${duration(told.waitingSeconds)}` : null}</dd>`
  }${overheadSeconds.freeze !== null && html`<dt>Overhead</dt><dd>${duration(overheadSeconds.freeze)} in which nothing was copied, proved, stopped, started or decided</dd>`}</dl>${
    told.grade && html`<p class="${told.grade === 'longer' ? 'warn' : 'good'}">${grades[told.grade]}</p>`
  }${
    during.length > 0 &&
    html`<table><thead><tr><th>Part of the freeze</th><th class="n">Took</th></tr></thead><tbody>${during.map((phase) => html`<tr><td>${phase.name}</td><td class="n">${duration(phase.seconds)}</td></tr>`)}</tbody></table>`
  }${predictionParts(summary)}</section>`;
}

function workers({ workers: all, totals }: Summary): Html | null {
  if (all.length === 0) return null;
  return html`<section><h2>The workers</h2><table><thead><tr><th>Worker</th><th class="n">Processor</th><th class="n">Memory</th><th></th></tr></thead><tbody>${all.map(
    ({ worker, cpuSeconds, peakBytes, aimBytes }) =>
      html`<tr><td>${worker}</td><td class="n">${duration(cpuSeconds)}</td><td class="n">${bytes(peakBytes)}</td><td>${peakBytes <= aimBytes ? html`<span class="tag good">kept</span>` : html`<span class="tag warn">missed</span>`}</td></tr>`,
  )}</tbody></table><p class="small soft">Memory is its peak; the aim is 256 MB + twice the largest row: ${bytes(Math.max(...all.map(({ aimBytes }) => aimBytes)))}.${totals && ` Of the time that their sessions had, ${count(totals.proofShare * 100)} % went into counting and hashing.`}</p></section>`;
}

const survived = ({ survived: incidents }: Summary): Html | null =>
  incidents.length === 0
    ? null
    : html`<section><h2>Survived</h2><ul>${incidents.map((incident) => html`<li>${incident}</li>`)}</ul></section>`;

const leftOut = ({ leftOut: things }: Summary): Html | null =>
  things.length === 0
    ? null
    : html`<section><h2>What this run did not do</h2><dl class="pairs">${things.map(({ what, because }) => html`<dt>${what}</dt><dd>${because}</dd>`)}</dl></section>`;

const particulars = (summary: Summary): Html =>
  html`<section><h2>Particulars</h2><dl class="pairs"><dt>Run</dt><dd class="mono">${summary.run}</dd><dt>Reason</dt><dd>${summary.reason}</dd>${summary.requester && html`<dt>Started by</dt><dd>${summary.requester}</dd>`}<dt>Began</dt><dd>${utc(summary.startedAt, 'second')}</dd><dt>Written</dt><dd>${utc(summary.writtenAt, 'second')}</dd>${
    summary.overheadSeconds.rehearsal !== null &&
    html`<dt>Overhead</dt><dd>${duration(summary.overheadSeconds.rehearsal)} of the rehearsal in which nothing was copied or proved</dd>`
  }<dt>Configuration</dt><dd class="mono">${summary.configurationDigest}</dd><dt>Plan</dt><dd class="mono">${summary.planDigest}</dd></dl></section>`;

/**
 * `runs/<run>/report.html`: one file that needs nothing else, on a screen, on a phone and on paper.
 * Its own policy forbids it to load anything.
 */
export function reportPage(summary: Summary): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">
<link rel="icon" href="data:,"><title>${summary.migration}: ${titleOf(summary)} (${summary.run})</title><style>${trusted(base + reportStyle)}</style></head>
<body><main><header>${verdict(summary)}${failure(summary)}</header>
${next(summary)}${figures(summary)}${timelineSection(summary)}${checksSection(summary)}${filesSection(summary)}${survived(summary)}${bootSection(summary)}${tablesSection(summary)}${variablesSection(summary)}${approvals(summary)}${freeze(summary)}${driftSection(summary)}${historySection(summary)}${workers(summary)}${leftOut(summary)}${particulars(summary)}
<footer>Every figure here was measured in this run. The same data for programs: <code>summary.json</code>.</footer></main></body></html>
`.text;
}
