import { duration } from '../domain/quantities.ts';
import { flatten } from '../domain/timeline.ts';
import type { Step, Summary, Work } from '../workflow/summary.ts';
import { type Axis, axis, type Bar, WIDTH } from './axis.ts';
import { swatch } from './bars.ts';
import { type Html, html } from './html.ts';

const HEIGHT = 20;

const kinds: readonly { readonly kind: Work['kind'] | 'idle' | 'failed'; readonly label: string }[] = [
  { kind: 'dump', label: 'dump' },
  { kind: 'restore', label: 'restore' },
  { kind: 'proof', label: 'proof' },
  { kind: 'effect', label: 'stopping, fencing, starting, DNS' },
  { kind: 'waiting', label: 'people deciding' },
  { kind: 'idle', label: 'orchestration' },
  { kind: 'failed', label: 'failed' },
];

const rect = (kind: string, { x, width }: Bar, y = 0, height = HEIGHT): Html =>
  html`<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}"/>`;

/** Dump and restore run at the same time: each has half of the bar's height while both do. */
function painted(step: Step, until: string, work: readonly Work[], time: Axis): Html[] {
  const [start, end] = [Date.parse(step.startedAt), Date.parse(step.endedAt ?? until)];
  const mine = work
    .map(({ kind, name, from, to }) => ({
      kind,
      name,
      from: Math.max(Date.parse(from), start),
      to: Math.min(Date.parse(to), end),
    }))
    .filter((item) => item.to > item.from);
  const both = mine.some(({ kind }) => kind === 'dump') && mine.some(({ kind }) => kind === 'restore');
  const named = mine.filter(({ name }) => name === step.name);
  return (named.length > 0 ? named : mine).map((item) => {
    const half = both && named.length === 0;
    if (half && item.kind === 'dump') return rect('dump', time.bar(item), 0, HEIGHT / 2);
    if (half && item.kind === 'restore') return rect('restore', time.bar(item), HEIGHT / 2, HEIGHT / 2);
    return rect(item.kind, time.bar(item));
  });
}

function row(step: Step, depth: number, summary: Summary, time: Axis, frozen: Bar | null): Html {
  const bar = time.bar({ from: step.startedAt, to: step.endedAt ?? summary.writtenAt });
  const level = depth === 0 ? 'phase' : depth === 1 ? 'inner' : 'deep';
  return html`<div class="row ${level}"><span class="name">${step.name}</span><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${rect('track', { x: 0, width: WIDTH })}${frozen && rect('frozen', frozen)}${rect(step.status === 'failed' ? 'failed' : 'idle', bar)}${step.status === 'failed' ? null : painted(step, summary.writtenAt, summary.work, time)}</svg><span class="t">${duration(
    step.seconds,
  )}</span></div>`;
}

const inside = (steps: readonly Step[], depth: number, summary: Summary, time: Axis, frozen: Bar | null): Html[] =>
  steps.flatMap((step) => [
    row(step, depth, summary, time, frozen),
    ...inside(step.steps, depth + 1, summary, time, frozen),
  ]);

/** A phase with its steps one click away; where something failed or still runs, they are in view. */
function phase(step: Step, summary: Summary, time: Axis, frozen: Bar | null): Html {
  const head = row(step, 0, summary, time, frozen);
  if (step.steps.length === 0) return head;
  const open = flatten([step]).some(({ status }) => status === 'failed');
  return html`<details${open && html` open`}><summary>${head}</summary>${inside(step.steps, 1, summary, time, frozen)}</details>`;
}

/** When each phase and step ran, with what was done in it. */
export function timelineSection(summary: Summary): Html | null {
  const [first] = summary.phases;
  if (first === undefined) return null;
  const end = Math.max(...flatten(summary.phases).map(({ endedAt }) => Date.parse(endedAt ?? summary.writtenAt)));
  const time = axis(first.startedAt, end, summary.work);
  const { from, to } = summary.freeze;
  const frozen = from === null ? null : time.bar({ from, to: to ?? summary.writtenAt });
  const failed = flatten(summary.phases).filter(({ status }) => status === 'failed');
  const drawn = summary.work.filter((item) => !failed.some(({ name }) => name === item.name));
  const running = flatten(summary.phases).filter(({ status }) => status === 'running');
  const present = new Set<string>(drawn.map(({ kind }) => kind)).add('idle');
  if (failed.length > 0) present.add('failed');
  return html`<section id="time"><h2>Where the time went</h2>
<div class="time">${summary.phases.map((step) => phase(step, summary, time, frozen))}</div>
<ul class="legend">${kinds.filter(({ kind }) => present.has(kind)).map(({ kind, label }) => html`<li>${swatch(kind)}${label}</li>`)}${
    frozen && html`<li>${swatch('frozen')}freeze</li>`
  }</ul>
${running.length > 0 && html`<p class="small soft">Not over when this report was written, and timed until then: ${running.map(({ name }) => `“${name}”`).join(', ')}.</p>`}${time.shortened && html`<p class="small soft">Bars of people deciding are drawn shorter than they were; their times are not.</p>`}</section>`;
}
