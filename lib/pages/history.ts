import { bytes, duration, interval, utc } from '../domain/quantities.ts';
import type { Summary } from '../workflow/summary.ts';
import { bar, intervalBar, swatch } from './bars.ts';
import { type Html, html } from './html.ts';

type Entry = Summary['history'][number];

/** As many as one compares at a glance. */
const SHOWN = 12;

interface Most {
  readonly bytes: number;
  readonly copy: number;
  readonly freeze: number;
}

function freezeOf({ predicted, measuredSeconds, grade }: Entry, most: number): Html {
  if (predicted === null && measuredSeconds === null) return html``;
  return html`${
    measuredSeconds === null
      ? predicted && interval(predicted)
      : html`<strong>${duration(measuredSeconds)}</strong>${predicted && html` <span class="soft small">of ${interval(predicted)}</span>`}`
  }${grade && html` <span class="${grade === 'longer' ? 'warn' : 'good'} small">${grade}</span>`}${intervalBar(predicted, measuredSeconds, most)}`;
}

const row = (entry: Entry, run: string, most: Most): Html =>
  html`<tr${entry.run === run && html` class="this"`}><td>${entry.mode}${entry.run === run && ' (this one)'}<br><span class="soft small">${utc(entry.at)}</span></td><td class="fig" data-label="Size">${bytes(entry.bytes)}${bar(entry.bytes, most.bytes, 'size')}</td><td class="fig" data-label="Copy and proof">${
    entry.copySeconds === null
      ? html`<span class="soft">not proved</span>`
      : html`${duration(entry.copySeconds)}${bar(entry.copySeconds, most.copy, 'restore')}`
  }</td><td class="fig freeze" data-label="Freeze">${freezeOf(entry, most.freeze)}</td></tr>`;

const table = (entries: readonly Entry[], run: string, most: Most): Html =>
  html`<div class="wide"><table class="history stack"><thead><tr><th>Run</th><th>Size</th><th>Copy and proof</th><th>Freeze</th></tr></thead><tbody>${entries.map((entry) => row(entry, run, most))}</tbody></table></div>`;

/** Rehearsals and cutovers of this migration, the newest first, each beside the others on one scale. */
export function historySection({ history, run }: Summary): Html | null {
  if (history.length < 2) return null;
  const newest = [...history].reverse();
  const most: Most = {
    bytes: Math.max(...history.map((entry) => entry.bytes)),
    copy: Math.max(...history.map(({ copySeconds }) => copySeconds ?? 0)),
    freeze: Math.max(
      ...history.map(({ predicted, measuredSeconds }) => Math.max(predicted?.high ?? 0, measuredSeconds ?? 0)),
    ),
  };
  const [shown, older] = [newest.slice(0, SHOWN), newest.slice(SHOWN)];
  return html`<section id="history"><h2>Rehearsals and cutovers so far</h2>${table(shown, run, most)}
<ul class="legend"><li>${swatch('interval')}predicted freeze</li><li>${swatch('measured')}measured, without the time in which people decided</li></ul>${
    older.length > 0 && html`<details><summary>${older.length} older</summary>${table(older, run, most)}</details>`
  }</section>`;
}
