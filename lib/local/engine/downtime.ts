import { isChild } from './archive.ts';
import { callId } from './call-id.ts';
import type { Execution } from './execution.ts';
import type { Branch, TaskUnderWay } from './execution-state.ts';
import { abortedWith } from './nested.ts';

/**
 * Ends what may not go on, of executions that were opened again and do not work yet: those whose time was up while the
 * engine was gone, and those that nobody waits for any more, with all that they wait for. Deadlines come in the order in
 * which they were due: a part that was timed out before its caller is `TIMED_OUT`, one that was not is `ABORTED`.
 */
export function endOverdue(executions: readonly Execution[], now: number): void {
  const waiting = waits(executions);
  const parts = Map.groupBy(executions.filter(isPart), ({ caller }) => caller?.executionArn ?? '');

  const end = (execution: Execution, type: 'ExecutionTimedOut' | 'ExecutionAborted') => {
    if (execution.state.status !== 'RUNNING') return;
    if (type === 'ExecutionTimedOut') execution.timeOut();
    else execution.end(type, whyAborted(execution));
    for (const part of parts.get(execution.executionArn) ?? []) end(part, 'ExecutionAborted');
  };
  const due = [
    ...executions.map((execution) => ({ at: execution.deadline, type: 'ExecutionTimedOut' as const, execution })),
    ...[...parts.values()].flat().map((execution) => ({
      at: waiting.get(execution.caller?.id ?? '') ?? 0,
      type: 'ExecutionAborted' as const,
      execution,
    })),
  ].filter(({ at }) => at <= now);
  for (const { execution, type } of due.sort((a, b) => a.at - b.at)) end(execution, type);
}

/** An item of a distributed Map is not told. */
const whyAborted = ({ caller, stateMachine }: Execution): { cause?: string } =>
  caller && !isChild(stateMachine) ? { cause: abortedWith(caller) } : {};

/** Whether somebody ought to wait for it. For one that was redriven nobody ever waited, but an item is with its Map. */
const isPart = ({ caller, state, stateMachine }: Execution): boolean =>
  caller?.waits === true && (state.redriveCount === 0 || isChild(stateMachine));

/** Until when each call, or Map Run, is waited for, by its id. Whoever is not in it ended or went on. */
function waits(executions: readonly Execution[]): Map<string, number> {
  const until = new Map<string, number>();
  for (const { executionArn, state } of executions) {
    for (const branch of state.branches.values()) {
      if (!branch.visit || isStopped(branch)) continue;
      const { task, fork, failure } = branch.visit;
      if (task) until.set(callId(executionArn, task.id), deadlineOf(task));
      if (fork?.mapRunArn !== undefined && !failure) until.set(fork.mapRunArn, Number.POSITIVE_INFINITY);
    }
  }
  return until;
}

function deadlineOf({ startedAt, scheduled: { timeoutInSeconds } }: TaskUnderWay): number {
  if (startedAt === undefined || typeof timeoutInSeconds !== 'number') return Number.POSITIVE_INFINITY;
  return startedAt + timeoutInSeconds * 1000;
}

/** Whether a branch is being stopped because another part of a Map or Parallel failed. */
function isStopped({ visit, outer }: Branch): boolean {
  if (visit?.aborted || outer?.visit?.fork?.failure) return true;
  return outer !== undefined && isStopped(outer);
}
