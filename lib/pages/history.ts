import type { Summary } from '../workflow/summary.ts';
import { bytes, duration, interval, utc } from './format.ts';
import { type Html, html } from './html.ts';

type Entry = Summary['history'][number];

function freezeOf({ predicted, measuredSeconds, grade }: Entry): Html {
  return html`${measuredSeconds !== null && html`${duration(measuredSeconds)} `}${grade && html`<span class="${grade === 'longer' ? 'warn' : 'good'} small">${grade}</span>`}${
    predicted && html`<br><span class="soft small">predicted: ${interval(predicted)}</span>`
  }`;
}

/** Rehearsals and cutovers of this migration, the newest first. */
export function historySection({ history, run }: Summary): Html | null {
  if (history.length === 0) return null;
  return html`<section><h2>Rehearsals and cutovers so far</h2><table><thead><tr><th>Run</th><th class="n">Size</th><th class="n">Copy</th><th>Freeze</th></tr></thead><tbody>${[
    ...history,
  ]
    .reverse()
    .map(
      (entry) =>
        html`<tr><td>${entry.mode}${entry.run === run && ' (this one)'}<br><span class="soft small">${utc(entry.at)}</span></td><td class="n">${bytes(entry.bytes)}</td><td class="n">${entry.copySeconds !== null && duration(entry.copySeconds)}</td><td>${freezeOf(entry)}</td></tr>`,
    )}</tbody></table></section>`;
}
