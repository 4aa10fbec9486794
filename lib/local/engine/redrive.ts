import type { ExecutionDescription } from './execution.ts';
import type { Branch, ExecutionState } from './execution-state.ts';
import { detailsOf, HISTORY_LIMIT, type HistoryEvent, type HistoryRecord } from './history.ts';

const DAY_MS = 86_400_000;
/** Counted from the end of the execution. */
const REDRIVABLE_MS = 14 * DAY_MS;
/** An execution may be open for a year, with all its redrives. */
const LONGEST_MS = 365 * DAY_MS;
/** AWS remembers the last ten tokens, each for 15 minutes from its first use. */
const TOKENS = 10;
const TOKEN_MS = 15 * 60_000;

/** Why an execution cannot be redriven now, in AWS's words; undefined when it can. */
export function notRedrivable(execution: ExecutionDescription, now: number): string | undefined {
  const { status, startDate, stopDate = now, lastEventId } = execution;
  if (status === 'RUNNING' || status === 'SUCCEEDED') return `Execution is ${status} and cannot be redriven`;
  // ExecutionRedriven and one event more must fit.
  if (lastEventId >= HISTORY_LIMIT - 1) return 'Execution history event limit exceeded';
  if (now - startDate > LONGEST_MS) return 'Execution has exceeded the max execution time';
  if (now - stopDate > REDRIVABLE_MS) return 'Execution redrivable period exceeded';
  return undefined;
}

/** When an execution was redriven with this token, as long as that is remembered. */
export function redrivenWith(records: Iterable<HistoryRecord>, clientToken: string, now: number): number | undefined {
  const redrives: HistoryRecord[] = [];
  for (const record of records) if (record.event.type === 'ExecutionRedriven') redrives.push(record);
  return redrives
    .slice(-TOKENS)
    .find(({ event, memo }) => memo?.clientToken === clientToken && now - event.timestamp <= TOKEN_MS)?.event.timestamp;
}

/**
 * Moves an ended execution back into the states that it entered and did not leave. What ended well stands, and of a Map
 * or Parallel only the parts that did not are worked at again; attempts are counted from the beginning.
 */
export function applyRedrive(state: ExecutionState, event: HistoryEvent): void {
  state.status = 'RUNNING';
  state.redriveCount = Number(detailsOf(event).redriveCount);
  state.redriveDate = event.timestamp;
  delete state.stopDate;
  delete state.error;
  delete state.cause;
  for (const branch of state.branches.values()) if (branch.output === undefined) enterAgain(branch);
  const top = state.branches.get('');
  if (top) top.last = event.id;
}

function enterAgain(branch: Branch): void {
  delete branch.closed;
  const { visit } = branch;
  if (!visit) return;
  // Documented: a Fail is entered again, to fail again; any other state is not.
  if (branch.block.States[visit.name]?.Type === 'Fail') {
    branch.next = { name: visit.name, input: visit.input };
    delete branch.visit;
    return;
  }
  visit.retries = [];
  delete visit.failure;
  delete visit.result;
  delete visit.token;
  delete visit.task;
  delete visit.aborted;
  const { fork } = visit;
  if (!fork) return;
  delete fork.failure;
  if (fork.mapRunArn !== undefined && fork.ran === undefined) fork.mapRunStopped = true;
}
