import { predictedFreeze } from '../domain/freeze-words.ts';
import { bytes, count, duration, plural, rate } from '../domain/quantities.ts';
import { markOf } from '../domain/readiness.ts';
import type { Summary } from '../workflow/summary.ts';
import { bootLine } from './boot.ts';
import { cut, line, STEPS_SHOWN, wrap } from './lines.ts';

const LONGEST_PHASES = 8;

/** Rows of cells as columns: names to the left, figures to the right. */
function columns(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

const graded = {
  inside: 'inside its prediction',
  shorter: 'shorter than predicted',
  longer: 'longer than predicted',
} as const;

/** A fact with its label; a long one goes on beneath itself. */
function fact([label, value]: readonly [string, string], widest: number, width: number): string[] {
  const indent = ' '.repeat(widest + 2);
  return wrap(line(value), width, `${label.padEnd(widest)}  `, indent);
}

/** As many messages as there is room for, at least one, each whole; the others are counted. */
function block(title: string, messages: readonly string[], room: number, width: number): string[] {
  const lines = messages.map((message) => wrap(message, width, '  ', '     '));
  const shown: string[][] = [];
  for (const message of lines) {
    if (shown.length > 0 && shown.flat().length + message.length > room) break;
    shown.push(message);
  }
  return counted(title, messages, shown);
}

/** The first steps, each whole. */
const nextBlock = (steps: readonly string[], width: number, shown: number): string[] =>
  counted(
    'Next',
    steps,
    steps.slice(0, shown).map((step, index) => wrap(`${index + 1}. ${line(step)}`, width, '  ', '     ')),
  );

function counted(title: string, messages: readonly string[], shown: readonly string[][]): string[] {
  if (shown.length === 0) return [];
  const more = messages.length - shown.length;
  return ['', title, ...shown.flat(), ...(more > 0 ? [`  … and ${count(more)} more in the report`] : [])];
}

/** Lines for what was survived and for findings. */
const ROOM = { survived: 6, checks: 9 } as const;

/**
 * A summary in plain text, without colours, for a terminal: a screen of it. No message is cut; what there is no room
 * for is counted.
 * @param width columns that a line may take; a longer word, as an ARN, stays whole
 */
export function summaryText(summary: Summary, width = 100): string {
  const { totals, freeze, overheadSeconds, error, readiness } = summary;
  const overhead = overheadSeconds.freeze ?? overheadSeconds.rehearsal;
  const facts: (readonly [string, string] | false | null)[] = [
    ['Run', summary.run],
    ['Took', duration(summary.seconds)],
    totals && [
      'Copied',
      `${plural(totals.rows, 'row')}, ${bytes(totals.bytes)} as sent in ${duration(totals.seconds)} (${rate(totals.bytesPerSecond)})`,
    ],
    totals && [
      'Proved',
      summary.tables.every(({ equal }) => equal) && summary.differences.length === 0
        ? `${plural(summary.tables.length, 'table')}${summary.catalog ? ` and ${plural(summary.catalog.objects, 'object')} of the catalog` : ''}, all equal`
        : `NOT equal: ${plural(summary.tables.filter(({ equal }) => !equal).length, 'table')}, ${plural(summary.differences.length, 'difference')}`,
    ],
    summary.boot && ['Booted', bootLine(summary.boot)],
    freeze.predicted && [
      'Freeze predicted',
      predictedFreeze(freeze.predicted, freeze.decideSeconds, freeze.measuredSeconds === null ? freeze.parts : []),
    ],
    freeze.measuredSeconds !== null && [
      'Freeze measured',
      `${duration(freeze.measuredSeconds)}${freeze.waitingSeconds ? `, ${duration(freeze.waitingSeconds)} of it people deciding` : ''}${freeze.grade === null ? '' : `; ${graded[freeze.grade]}`}`,
    ],
    overhead !== null && ['Overhead', `${duration(overhead)} in which no work ran`],
    summary.workers.length > 0 && [
      'Workers',
      summary.workers
        .map(
          ({ worker, peakBytes, cpuSeconds }) =>
            `${worker} ${bytes(peakBytes)} and ${duration(cpuSeconds)} of processor`,
        )
        .join(', '),
    ],
    ...summary.leftOut
      .filter(({ what }) => what === 'Dropping the scratch database')
      .map(({ because }) => ['Kept', because] as const),
  ];
  const told = facts.filter((each) => each !== null && each !== false);
  const widest = Math.max(...told.map(([label]) => label.length));
  const checks = summary.checks.filter(
    ({ severity, overridden }) => severity === 'BLOCKER' || (severity === 'WARNING' && overridden === null),
  );
  const failure =
    error && `${line(error.name)}${error.state === null ? '' : ` in “${line(error.state)}”`}: ${line(error.message)}`;
  return `${[
    ...wrap(`${line(summary.migration)}: ${summary.verdict}`, width, `${markOf(summary)}  `),
    ...wrap(readiness.sentence, width),
    ...wrap(summary.headline, width),
    ...(error && failure ? ['', ...wrap(failure, width), `See ${line(error.runbook)}`] : []),
    '',
    ...told.flatMap((each) => fact(each, widest, width)),
    ...(summary.phases.length === 0 ? [] : ['', 'Phases', ...phases(summary)]),
    ...block('Survived', summary.survived.map(line), ROOM.survived, width),
    ...block(
      'Checks',
      checks.map(({ severity, id, saw }) => `${severity}  ${id}: ${line(saw)}`),
      ROOM.checks,
      width,
    ),
    // After a cutover nobody rehearses again and reads on then: what is left out would be forgotten.
    ...nextBlock(summary.next, width, summary.verdict === 'cut over' ? summary.next.length : STEPS_SHOWN),
  ].join('\n')}\n`;
}

const phases = ({ phases: all }: Summary): string[] => {
  const longest = [...all].sort((a, b) => b.seconds - a.seconds).slice(0, LONGEST_PHASES);
  const shown = all.filter((phase) => longest.includes(phase));
  return columns(
    shown.map(({ name, seconds, status }) => [line(name), duration(seconds), status === 'failed' ? 'failed' : '']),
    1,
  ).map((text) => `  ${text}`);
};

/** How far a run is, as the workers' heartbeats and the histories tell it. */
export interface Progress {
  readonly phase: string;
  readonly state?: string;
  readonly rows?: number;
  readonly bytes?: number;
  readonly totalBytes?: number;
  readonly bytesPerSecond?: number | undefined;
  /** A worker that is not heard any more: it is lost, and replaced once its heartbeat's time is over. */
  readonly silent?: { readonly role: string; readonly seconds: number };
  /** Seconds since a chunk was done, where that is long. */
  readonly idleSeconds?: number;
  /** Seconds since the run began. */
  readonly elapsed: number;
  /** 1 for a step of a machine within the journey; 0 unless told. */
  readonly depth?: number;
}

/** Seconds until all bytes are there at the present rate; null where nobody can know, or where they are. */
export function secondsLeft({ bytes: done, totalBytes, bytesPerSecond }: Progress): number | null {
  if (done === undefined || totalBytes === undefined || !bytesPerSecond || done >= totalBytes) return null;
  return (totalBytes - done) / bytesPerSecond;
}

/** Bytes per second, as soon as so much time has passed that they say something. */
export const meanRate = (bytes: number, seconds: number): number | undefined =>
  seconds > 0.5 ? bytes / seconds : undefined;

/** One line of live progress: `  12.4 s  Restore · loading · 81,204 rows · 31.0 MB of 62.4 MB (50 %) · 7.3 MB/s · 4.3 s left`. */
export function progressLine(progress: Progress, width = 120): string {
  const {
    phase,
    state,
    rows,
    bytes: done,
    totalBytes,
    bytesPerSecond,
    silent,
    idleSeconds,
    elapsed,
    depth = 0,
  } = progress;
  // While nothing arrives, the mean rate sinks and what is left by it only climbs.
  const left = idleSeconds === undefined ? secondsLeft(progress) : null;
  const share = done !== undefined && totalBytes ? Math.min(100, Math.floor((done / totalBytes) * 100)) : null;
  const parts = [
    line(phase),
    silent === undefined
      ? null
      : `no word from the ${silent.role} for ${duration(silent.seconds)}; it will be replaced`,
    state === undefined || state === phase ? null : line(state),
    rows ? plural(rows, 'row') : null,
    done === undefined || (done === 0 && !totalBytes)
      ? null
      : `${bytes(done)}${share === null ? '' : ` of ${bytes(totalBytes!)} (${count(share)} %)`}`,
    idleSeconds !== undefined
      ? `no progress for ${duration(idleSeconds)}`
      : bytesPerSecond
        ? rate(bytesPerSecond)
        : null,
    left === null ? null : `${duration(left)} left`,
  ];
  return cut(
    `${duration(elapsed).padStart(9)}  ${'  '.repeat(depth)}${parts.filter((part) => part !== null).join(' · ')}`,
    width,
  );
}
