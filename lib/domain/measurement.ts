import type { HistoryEntry, Interval, Measurement } from '../workflow/documents/measurement.ts';
import type { CopyProof } from '../workflow/documents/proofs.ts';
import type { Plan } from '../workflow/documents/run.ts';
import type { Summary } from '../workflow/summary.ts';
import { measureParts } from './freeze-parts.ts';
import { secondsBetween } from './quantities.ts';
import type { RunDocuments } from './summary.ts';

/** What later predictions take from a run. */
export function measurementOf(run: {
  readonly plan: Plan;
  readonly sourceBytes: number;
  readonly copy: CopyProof | null;
  readonly bootSeconds: number | null;
  readonly phases: Summary['phases'];
  readonly work: Summary['work'];
  /** By a rehearsal, or for this cutover before it began. */
  readonly predicted: Interval | null;
  /** Null for a rehearsal. */
  readonly freeze: Pick<Summary['freeze'], 'measuredSeconds' | 'waitingSeconds' | 'grade'> | null;
}): Measurement {
  const { plan, sourceBytes, copy, bootSeconds, phases, work, predicted, freeze } = run;
  const copySeconds = copy && secondsBetween(copy.startedAt, copy.provedAt);
  const parts = measureParts(phases, copy, work);
  const whole = freeze !== null && freeze.measuredSeconds !== null && parts.Switch !== undefined;
  return {
    run: plan.run,
    mode: plan.mode === 'cutover' ? 'cutover' : 'rehearsal',
    at: plan.startedAt,
    planDigest: plan.planDigest,
    sourceBytes,
    copy: copy && {
      bytes: copy.bytes,
      seconds: copySeconds ?? 0,
      dumpSeconds: secondsBetween(copy.startedAt, copy.dumpedAt),
      restoreSeconds: secondsBetween(copy.startedAt, copy.restoredAt),
      proofSeconds: secondsBetween(copy.restoredAt, copy.provedAt),
      bytesPerSecond: copySeconds ? copy.bytes / copySeconds : 0,
      incidents: copy.incidents.length,
    },
    parts,
    bootSeconds,
    predicted,
    freezeSeconds: whole ? (freeze.measuredSeconds ?? 0) - (freeze.waitingSeconds ?? 0) : null,
    grade: freeze?.grade ?? null,
  };
}

/** What a cutover measured; null for other runs, and for a cutover that never began its freeze. */
export function cutoverMeasurement(
  { plan, sourceBytes, copies }: Pick<RunDocuments, 'plan' | 'sourceBytes' | 'copies'>,
  { phases, work, freeze }: Pick<Summary, 'phases' | 'work' | 'freeze'>,
): Measurement | null {
  if (plan.mode !== 'cutover' || freeze.from === null || sourceBytes === null) return null;
  const copy = copies[0] ?? null;
  return measurementOf({
    plan,
    sourceBytes,
    copy,
    bootSeconds: null,
    phases,
    work,
    predicted: freeze.predicted,
    freeze,
  });
}

/** The history of a migration as its picture shows it, the oldest first. */
export const historyOf = (measurements: readonly Measurement[]): HistoryEntry[] =>
  [...measurements]
    .sort((a, b) => a.at.localeCompare(b.at))
    .map(({ run, at, mode, sourceBytes, copy, predicted, freezeSeconds, grade }) => ({
      run,
      at,
      mode,
      bytes: sourceBytes,
      copySeconds: copy?.seconds ?? null,
      predicted,
      measuredSeconds: freezeSeconds,
      grade,
    }));
