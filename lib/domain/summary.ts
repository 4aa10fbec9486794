import type { ApprovalRequest, Outcome, Vote } from '../workflow/documents/approval.ts';
import type { Boot } from '../workflow/documents/boot.ts';
import type { SourceFindings } from '../workflow/documents/collected.ts';
import type { FilesWritten } from '../workflow/documents/files.ts';
import type { Ledger } from '../workflow/documents/ledger.ts';
import type { Drift, Measurement, Prediction } from '../workflow/documents/measurement.ts';
import type { Preflight } from '../workflow/documents/preflight.ts';
import type { CopyProof, Rehearsal } from '../workflow/documents/proofs.ts';
import type { Plan } from '../workflow/documents/run.ts';
import type { Summary } from '../workflow/summary.ts';
import { leftOut, nextSteps } from './advice.ts';
import { decidedEnd } from './decided-end.ts';
import { failureOf } from './failure.ts';
import { measureParts } from './freeze-parts.ts';
import { cutoverMeasurement, historyOf } from './measurement.ts';
import { grade } from './prediction.ts';
import { secondsBetween } from './quantities.ts';
import { readinessOf } from './readiness.ts';
import { retried } from './retried.ts';
import { coveredSeconds, type ExecutionHistory, freezeWindow, overheadSeconds, timeline, workOf } from './timeline.ts';

/** Every document of a run that exists when its report is written; null where the run never came to it. */
export interface RunDocuments {
  readonly plan: Plan;
  /** The journey's own first; then nested executions and an unwind, in any order. */
  readonly histories: readonly ExecutionHistory[];
  /** ISO 8601. What still runs is measured to here. */
  readonly writtenAt: string;
  /** The principal that started the execution, where it is known. */
  readonly requester: string | null;
  readonly preflight: Preflight | null;
  readonly variables: SourceFindings['variables'];
  /** For how long after its end a cutover may rest on a rehearsal; null where the configuration cannot be read. */
  readonly freshForHours: number | null;
  /** For which people may decide on "switch", of the configuration; null where nobody is asked. */
  readonly decideSeconds: number | null;
  readonly files: FilesWritten | null;
  readonly copies: readonly CopyProof[];
  /** Of a rehearsal with level `boot`. */
  readonly boot: Boot | null;
  /** A rehearsal's own record; in a cutover the one that admitted it. */
  readonly rehearsal: Rehearsal | null;
  /** A rehearsal's own; in a cutover the one that preflight made for it. */
  readonly prediction: Prediction | null;
  readonly drift: Drift | null;
  /** What runs of this migration measured, in any order. */
  readonly history: readonly Measurement[];
  /** Size of the source when this run looked at it. */
  readonly sourceBytes: number | null;
  readonly approvals: readonly {
    readonly request: ApprovalRequest;
    readonly votes: readonly Vote[];
    readonly outcome: Outcome | null;
  }[];
  readonly ledger: Ledger | null;
}

/** What a worker may use at its peak: 256 MB + twice the largest row, which is held once as read and once as sent. */
const memoryAim = (largestRowBytes: number | null): number => 256_000_000 + 2 * (largestRowBytes ?? 0);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Everything there is to say about a run, from its documents alone. Pure: the same documents give the same summary. */
export function summarize(documents: RunDocuments): Summary {
  const { plan, writtenAt, copies, ledger } = documents;
  const phases = happened(timeline(documents.histories, writtenAt), plan);
  const work = workOf(phases, copies, documents.approvals, writtenAt);
  const error = failureOf(documents.histories[0]?.execution, phases);
  const freeze = freezeOf(documents, phases, work);
  const verdict = verdictOf(documents, error?.name ?? null, freeze.from !== null);
  const ended = documents.histories[0]?.execution.stopDate;
  const endedAt = ended ? new Date(ended).toISOString() : writtenAt;
  const checks = documents.preflight?.findings ?? [];
  const measured = cutoverMeasurement(documents, { phases, work, freeze });
  const others = documents.history.filter(({ run }) => run !== measured?.run);
  const variables = documents.variables.map(variableOf);
  const sourceOpen = ledger === null || ledger.writable === 'source';

  return {
    schema: 1,
    verdict,
    headline: headlineOf(documents, verdict, freeze.from !== null),
    readiness: readinessOf({
      verdict,
      plan,
      checks,
      variables,
      boot: documents.boot,
      sourceOpen,
      pointOfNoReturn: Boolean(ledger?.pointOfNoReturn),
      approved: documents.approvals.some(
        ({ request, outcome }) => request.subject === 'go' && outcome?.decision === 'approved',
      ),
      freshUntil: freshUntil(documents),
      error,
    }),
    run: plan.run,
    migration: plan.migration,
    mode: plan.mode,
    reason: plan.reason,
    requester: documents.requester,
    configurationDigest: plan.configurationDigest,
    planDigest: plan.planDigest,
    startedAt: plan.startedAt,
    writtenAt,
    seconds: secondsBetween(plan.startedAt, endedAt),
    phases,
    work,
    checks,
    variables,
    tables: copies
      .flatMap(({ tables }) => tables)
      .map(({ table, rowsSource, rowsTarget, bytes, seconds: spent, equal }) => ({
        table,
        rows: rowsSource ?? 0,
        rowsTarget,
        bytes,
        seconds: spent,
        equal,
      }))
      .sort((a, b) => b.bytes - a.bytes || a.table.localeCompare(b.table)),
    differences: copies.flatMap(({ differences }) => differences),
    catalog: catalogOf(copies),
    totals: totalsOf(copies),
    boot: documents.boot,
    approvals: documents.approvals.map(({ request, votes, outcome }) => ({
      subject: request.subject,
      decision: outcome?.decision ?? 'open',
      requester: request.requester,
      required: request.required,
      deadline: request.deadline,
      digest: request.digest,
      decidedAt: outcome?.at ?? null,
      votes: votes.map(({ email, decision, at, comment }) => ({ email, decision, at, comment })),
    })),
    freeze,
    drift: documents.drift,
    history: historyOf(measured === null ? others : [...others, measured]).map((entry) =>
      plan.databasesOnly ? { ...entry, predicted: null } : entry,
    ),
    overheadSeconds: {
      rehearsal: plan.mode === 'rehearsal' ? overheadSeconds({ from: plan.startedAt, to: endedAt }, work) : null,
      freeze: freeze.from === null ? null : overheadSeconds({ from: freeze.from, to: freeze.to ?? writtenAt }, work),
    },
    workers: copies.flatMap(({ memoryBytes, largestRowBytes, cpuSeconds }) => [
      {
        worker: 'dump',
        peakBytes: memoryBytes.dump,
        aimBytes: memoryAim(largestRowBytes),
        cpuSeconds: cpuSeconds.dump,
      },
      {
        worker: 'restore',
        peakBytes: memoryBytes.restore,
        aimBytes: memoryAim(largestRowBytes),
        cpuSeconds: cpuSeconds.restore,
      },
    ]),
    files: documents.files?.files ?? [],
    survived: [...retried(documents.histories), ...copies.flatMap(({ incidents }) => incidents)],
    error,
    leftOut: leftOut({
      plan,
      copied: copies.length > 0 ? copies.flatMap((copy) => copy.leftOut ?? []) : null,
      froze: freeze.from !== null,
      rehearsed: verdict === 'rehearsed',
      kept: copies.filter(({ into }) => into === 'scratch').map(({ database }) => database),
      boot: documents.boot,
    }),
    next: nextSteps({
      freeze: { high: freeze.predicted?.high ?? null, decide: documents.decideSeconds },
      verdict,
      plan,
      checks,
      variables,
      boot: documents.boot,
      error,
      sourceOpen,
      pointOfNoReturn: ledger?.pointOfNoReturn ?? null,
    }),
  };
}

/** A run that was to boot nothing has nothing of it to remove: the step that looks is no news to people. */
const happened = (phases: Summary['phases'], { mode, level }: Plan): Summary['phases'] =>
  mode === 'rehearsal' && level === 'copy'
    ? phases.map((phase) => ({
        ...phase,
        steps: phase.steps.filter(({ name }) => name !== 'Remove the booted backend'),
      }))
    : phases;

/** Only what may be told: the collected document holds no value of a secret, and neither does this, whatever it holds. */
const variableOf = (found: SourceFindings['variables'][number]): Summary['variables'][number] => ({
  name: found.name,
  services: found.services,
  fate: found.fate,
  because: found.because,
  secret: found.secret,
  value: found.secret ? null : found.value,
  from: found.reference ?? 'environment',
  collected: found.collected,
  agrees: found.agrees,
});

function freshUntil({ rehearsal, plan, freshForHours }: RunDocuments): string | null {
  if (rehearsal === null || rehearsal.run !== plan.run || freshForHours === null) return null;
  return new Date(Date.parse(rehearsal.finishedAt) + freshForHours * 3_600_000).toISOString();
}

function catalogOf(copies: readonly CopyProof[]): Summary['catalog'] {
  if (copies.length === 0) return null;
  return {
    objects: sum(copies.map(({ catalog }) => catalog.objects)),
    remarks: copies.flatMap(({ catalog }) => catalog.remarks),
  };
}

function totalsOf(copies: readonly CopyProof[]): Summary['totals'] {
  if (copies.length === 0) return null;
  const bytes = sum(copies.map((copy) => copy.bytes));
  const spent = sum(copies.map((copy) => secondsBetween(copy.startedAt, copy.provedAt)));
  return {
    rows: sum(copies.map((copy) => copy.rows)),
    bytes,
    stagedBytes: sum(copies.map((copy) => copy.stagedBytes)),
    seconds: spent,
    bytesPerSecond: spent === 0 ? 0 : bytes / spent,
    proofShare: Math.max(...copies.map(({ proofShare }) => proofShare)),
  };
}

function freezeOf(documents: RunDocuments, phases: Summary['phases'], work: Summary['work']): Summary['freeze'] {
  const window = freezeWindow(phases);
  // Of databases alone there is no cutover, and so no freeze to predict.
  const { rehearsal, prediction } = documents.plan.databasesOnly ? { rehearsal: null, prediction: null } : documents;
  const predicted = prediction ?? rehearsal?.predictedFreezeSeconds ?? null;
  const took = window === null ? {} : measureParts(phases, documents.copies[0] ?? null, work);
  const shown = {
    predicted: predicted === null ? null : { low: predicted.low, high: predicted.high },
    parts: (prediction?.parts ?? []).map((part) => {
      const measuredSeconds = took[part.name] ?? null;
      return { ...part, measuredSeconds, grade: measuredSeconds === null ? null : grade(part, measuredSeconds) };
    }),
    decideSeconds: documents.decideSeconds,
    samples: prediction?.samples ?? [],
    method: prediction?.method ?? [],
  };
  if (window === null) {
    return { ...shown, from: null, to: null, measuredSeconds: null, waitingSeconds: null, grade: null };
  }
  const span = { from: window.from, to: window.to ?? documents.writtenAt };
  const measuredSeconds = secondsBetween(span.from, span.to);
  const waiting = work.filter(({ kind }) => kind === 'waiting');
  const waitingSeconds = coveredSeconds(span, waiting);
  // A freeze that was given up says nothing about how long one takes.
  const whole = phases.some(({ name, status }) => name === 'Switch' && status === 'done');
  return {
    ...shown,
    ...window,
    measuredSeconds,
    waitingSeconds,
    grade: predicted === null || !whole ? null : grade(predicted, measuredSeconds - waitingSeconds),
  };
}

function verdictOf(
  { plan, ledger, histories, rehearsal, preflight }: RunDocuments,
  error: string | null,
  froze: boolean,
) {
  const succeeded = histories[0]?.execution.status === 'SUCCEEDED';
  // Its report is written while it cleans up; a BLOCKER would have failed it before.
  if (error === null && plan.mode === 'preflight' && preflight !== null) return 'checked';
  if (error === null && plan.mode === 'rehearsal' && (succeeded || rehearsal?.run === plan.run)) return 'rehearsed';
  if (error === null && plan.mode === 'cutover' && (succeeded || ledger?.pointOfNoReturn)) return 'cut over';
  if (plan.mode === 'cutover' && froze && ledger?.writable === 'source') return 'unwound';
  const sourceOpen = ledger === null || (ledger.writable === 'source' && !ledger.pointOfNoReturn);
  return decidedEnd(error) && sourceOpen ? 'called off' : 'failed';
}

function headlineOf(
  { plan, ledger, copies, boot, preflight }: RunDocuments,
  verdict: Summary['verdict'],
  froze: boolean,
): string {
  const differs = copies.some(
    ({ differences, tables }) => differences.length > 0 || tables.some(({ equal }) => !equal),
  );
  switch (verdict) {
    case 'checked':
      return 'Nothing that was checked stops a cutover. Both sides were only read.';
    case 'rehearsed':
      return `Every row was copied into a scratch database and proved equal${boot ? ', and the target application booted on it' : ''}. The source was only read.`;
    case 'cut over':
      return 'The target serves. Every row was proved equal before it opened, and the source is sealed.';
    case 'unwound':
      return 'The cutover was given up before its point of no return. The source serves again, as before.';
    case 'called off':
      return 'The run was ended by people, not by a fault. The source was only read and serves as before.';
    case 'failed':
      if (ledger?.pointOfNoReturn) return 'The target serves, but the run failed after its point of no return.';
      if (ledger !== null && ledger.writable !== 'source') {
        return 'The run failed and the source is still closed: nobody can write until unwind has ended.';
      }
      if (differs) return 'The copy is not equal to the source. The source was only read and serves as before.';
      if (plan.mode === 'preflight' && preflight?.findings.some(({ severity }) => severity === 'BLOCKER')) {
        return 'Preflight found what stops a cutover. Both sides were only read.';
      }
      return plan.mode !== 'cutover' || !froze
        ? 'The run ended before its goal. The source was only read and serves as before.'
        : 'The run ended before its goal.';
  }
}
