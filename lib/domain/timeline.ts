import type { ApprovalRequest, Outcome } from '../workflow/documents/approval.ts';
import type { CopyProof } from '../workflow/documents/proofs.ts';
import type { Step, Work } from '../workflow/summary.ts';

/** A moment as an SDK client, a JSON document or a clock gives it; numbers are milliseconds since the epoch. */
export type Moment = Date | string | number;

/** What is read of an event of GetExecutionHistory. */
export interface HistoryEvent {
  readonly id?: number | undefined;
  readonly previousEventId?: number | undefined;
  readonly timestamp?: Moment | undefined;
  readonly type?: string | undefined;
  readonly stateEnteredEventDetails?: { readonly name?: string | undefined } | undefined;
  readonly stateExitedEventDetails?: { readonly name?: string | undefined } | undefined;
  /** A nested execution's ARN stands in the output, as JSON. */
  readonly taskSubmittedEventDetails?: { readonly output?: string | undefined } | undefined;
  readonly taskFailedEventDetails?: FailureDetails | undefined;
  readonly taskTimedOutEventDetails?: FailureDetails | undefined;
}

interface FailureDetails {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** An execution as DescribeExecution tells of it, with its whole history in order. */
export interface ExecutionHistory {
  readonly execution: {
    readonly machine: string;
    readonly arn: string;
    readonly status: string;
    readonly startDate: Moment;
    readonly stopDate?: Moment | null | undefined;
    readonly error?: string | null | undefined;
    readonly cause?: string | null | undefined;
  };
  readonly events: readonly HistoryEvent[];
}

/**
 * States in which Passage waits for, or acts on, a side itself: the application stops or starts, the fence goes
 * up and is attacked, DNS distributes and is asked, the seal is proved. A person with a runbook would spend this
 * time too, so it is no overhead. Everything else that is not copying, proving or deciding is.
 */
export const effectStates: ReadonlySet<string> = new Set([
  'Stop the source services',
  'Wait until they are gone',
  'Fence the source database',
  'Prove the fence',
  'Start the backend',
  'Wait until it is healthy',
  'Remove it',
  'Prove that the application can write',
  'Start the target',
  'Wait until the target is ready',
  'Wait for INSYNC',
  'Ask the name servers',
  'Seal the source',
]);

/** The states that enclose a freeze, and the one with which `unwind` ends it. */
export const freezeStates = { first: 'Freeze', last: 'Switch', undone: 'Start the source services' } as const;

/** What a machine is called that no state started. */
const unbidden: Readonly<Record<string, string>> = { 'passage-unwind': 'Put everything back' };

/** They decide or end, and take no time. */
const instant: ReadonlySet<string> = new Set(['Choice', 'Pass', 'Succeed', 'Fail']);
const failure = /^(Task|LambdaFunction|Activity|Parallel|Map)\w*(Failed|TimedOut)$|^EvaluationFailed$/;

const milliseconds = (moment: Moment): number => new Date(moment).getTime();
const iso = (moment: number): string => new Date(moment).toISOString();

interface Open {
  readonly name: string;
  /** `Task`, `Parallel`, …: what its events' names begin with. */
  readonly type: string;
  readonly parent: Open | null;
  readonly from: number;
  to: number | null;
  failed: boolean;
  /** Ended by what encloses it, not by itself. */
  stopped: boolean;
  readonly children: Open[];
  /** ARN of the execution that this state started. */
  started: string | null;
}

function startedBy(event: HistoryEvent): string | null {
  const output = event.taskSubmittedEventDetails?.output;
  const arn = output === undefined ? null : /"ExecutionArn"\s*:\s*"([^"]+)"/.exec(output);
  return arn?.[1] ?? null;
}

/** Every state entered, nested as Parallel and Map nest them. Events are placed by `previousEventId`. */
function opened(history: ExecutionHistory): Open[] {
  const top: Open[] = [];
  const all: Open[] = [];
  /** In which state each event happened; null outside of all. */
  const inside = new Map<number, Open | null>();
  let last = milliseconds(history.execution.startDate);
  for (const event of history.events) {
    const type = event.type ?? '';
    const at = event.timestamp === undefined ? last : milliseconds(event.timestamp);
    last = at;
    let where = inside.get(event.previousEventId ?? 0) ?? null;
    const entered = event.stateEnteredEventDetails?.name;
    const exited = event.stateExitedEventDetails?.name;
    if (entered !== undefined) {
      const state: Open = {
        name: entered,
        type: type.replace('StateEntered', ''),
        parent: where,
        from: at,
        to: type === 'FailStateEntered' ? at : null,
        failed: type === 'FailStateEntered',
        stopped: false,
        children: [],
        started: null,
      };
      (where?.children ?? top).push(state);
      all.push(state);
      where = state;
    } else if (exited !== undefined) {
      while (where !== null && where.name !== exited) where = where.parent;
      if (where !== null) {
        where.to = at;
        where = where.parent;
      }
    } else if (where !== null) {
      // What a Parallel or Map says of itself follows an event inside one of its branches.
      while (/^(Parallel|Map)State/.test(type) && !type.startsWith(where.type) && where.parent !== null)
        where = where.parent;
      where.started = startedBy(event) ?? where.started;
      if (failure.test(type)) where.failed = true;
      else if (type === 'TaskScheduled' || type.endsWith('Succeeded')) where.failed = false;
    }
    if (event.id !== undefined) inside.set(event.id, where);
  }
  // An end of the whole closes what is still open: branches that were stopped, the state that failed.
  const end = history.execution.stopDate ? milliseconds(history.execution.stopDate) : null;
  for (const state of all) {
    if (state.to !== null) continue;
    let above = state.parent;
    while (above !== null && above.to === null) above = above.parent;
    state.to = above?.to ?? end;
    state.stopped = state.to !== null;
  }
  return top;
}

/**
 * The phases of a run: one per state of the journey, with the nested executions' states inside the state that
 * started them. An execution that no state started (an unwind begun by the status-change rule) is a phase of its
 * own.
 * @param histories the journey first, then every execution that belongs to the run
 * @param until what still runs is measured to here
 */
export function timeline(histories: readonly ExecutionHistory[], until: Moment): Step[] {
  const [journey, ...others] = histories;
  if (journey === undefined) return [];
  const byArn = new Map(others.map((history) => [history.execution.arn, history]));
  const placed = new Set<string>();
  const now = milliseconds(until);

  const span = (from: number, to: number | null) => ({
    startedAt: iso(from),
    endedAt: to === null ? null : iso(to),
    seconds: Math.max(0, (to ?? now) - from) / 1000,
  });
  const stepOf = (state: Open): Step => {
    const nested = state.started === null ? undefined : byArn.get(state.started);
    if (nested !== undefined) placed.add(nested.execution.arn);
    return {
      name: state.name,
      ...span(state.from, state.to),
      status: state.failed ? 'failed' : state.to === null ? 'running' : state.stopped ? 'stopped' : 'done',
      steps: [...stepsOf(state.children), ...(nested === undefined ? [] : stepsOf(opened(nested)))],
    };
  };
  const stepsOf = (states: readonly Open[]): Step[] => states.filter(({ type }) => !instant.has(type)).map(stepOf);

  const phases = stepsOf(opened(journey));
  for (const history of others) {
    const { arn, machine, startDate, stopDate, status } = history.execution;
    if (placed.has(arn)) continue;
    phases.push({
      name: unbidden[machine] ?? machine,
      ...span(milliseconds(startDate), stopDate ? milliseconds(stopDate) : null),
      status: !stopDate ? 'running' : status === 'SUCCEEDED' ? 'done' : 'failed',
      steps: stepsOf(opened(history)),
    });
  }
  return phases;
}

/** Every step, each before those inside it. */
export const flatten = (steps: readonly Step[]): Step[] => steps.flatMap((step) => [step, ...flatten(step.steps)]);

const workers: Readonly<Record<string, Work['kind']>> = { Dump: 'dump', Restore: 'restore' };

/** Between the worker's end and the state that compares lies orchestration, which is no proof. */
function proofBegan(steps: readonly Step[], copy: CopyProof): string {
  const comparing = steps.findLast(
    ({ name, startedAt }) => name === 'Prove that all arrived' && startedAt <= copy.provedAt,
  );
  return comparing !== undefined && comparing.startedAt > copy.restoredAt ? comparing.startedAt : copy.restoredAt;
}

/**
 * The intervals in which a run did what it is there for. A copy counts by its own proof; one that never came to
 * a proof counts by the states of its workers. An approval counts from the request until it was decided.
 */
export function workOf(
  phases: readonly Step[],
  copies: readonly CopyProof[],
  approvals: readonly { readonly request: ApprovalRequest; readonly outcome: Outcome | null }[],
  until: Moment,
): Work[] {
  const to = (end: string | null): string => end ?? iso(milliseconds(until));
  const all = flatten(phases);
  const proved: Work[] = copies.flatMap((copy) => [
    { kind: 'dump', name: 'Dump', from: copy.startedAt, to: copy.dumpedAt },
    { kind: 'restore', name: 'Restore', from: copy.startedAt, to: copy.restoredAt },
    { kind: 'proof', name: 'Proof', from: proofBegan(all, copy), to: copy.provedAt },
  ]);
  const unproved = all
    .filter(({ name, startedAt }) => name in workers && !copies.some((copy) => copy.provedAt > startedAt))
    .map((step): Work => ({ kind: workers[step.name]!, name: step.name, from: step.startedAt, to: to(step.endedAt) }));
  const effects = all
    .filter(({ name }) => effectStates.has(name))
    .map((step): Work => ({ kind: 'effect', name: step.name, from: step.startedAt, to: to(step.endedAt) }));
  const waits = approvals.map(
    ({ request, outcome }): Work => ({
      kind: 'waiting',
      name: `Approval ${request.subject}`,
      from: request.requestedAt,
      to: outcome?.at ?? to(null),
    }),
  );
  return [...proved, ...unproved, ...effects, ...waits].sort((a, b) => a.from.localeCompare(b.from));
}

interface FreezeSpan {
  readonly from: string;
  /** Null while it lasts. */
  readonly to: string | null;
}

/** From entering `Freeze` to leaving `Switch`, or to the moment at which `unwind` had started the source again. */
export function freezeWindow(phases: readonly Step[]): FreezeSpan | null {
  const first = phases.find(({ name }) => name === freezeStates.first);
  if (first === undefined) return null;
  const ends = (names: string, among: readonly Step[]): Step | undefined =>
    among.find(({ name, status }) => name === names && status === 'done');
  const last = ends(freezeStates.last, phases) ?? ends(freezeStates.undone, flatten(phases));
  return { from: first.startedAt, to: last?.endedAt ?? null };
}

/** Seconds of a window that lie in any of the intervals; overlaps count once. */
export function coveredSeconds(
  window: { readonly from: Moment; readonly to: Moment },
  intervals: readonly { readonly from: Moment; readonly to: Moment }[],
): number {
  const [low, high] = [milliseconds(window.from), milliseconds(window.to)];
  const sorted = intervals
    .map(({ from, to }) => [Math.max(low, milliseconds(from)), Math.min(high, milliseconds(to))] as const)
    .filter(([from, to]) => to > from)
    .sort(([a], [b]) => a - b);
  let covered = 0;
  let reached = low;
  for (const [from, to] of sorted) {
    covered += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return covered / 1000;
}

/** Orchestration overhead: seconds of a window in which no work ran. */
export function overheadSeconds(window: { readonly from: Moment; readonly to: Moment }, work: readonly Work[]): number {
  const whole = Math.max(0, milliseconds(window.to) - milliseconds(window.from));
  return Math.max(0, whole - coveredSeconds(window, work) * 1000) / 1000;
}
