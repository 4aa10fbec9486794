import { callId } from '../../../lib/local/engine/call-id.ts';
import type { Engine, ExecutionDescription, HistoryEvent } from '../../../lib/local/engine/engine.ts';
import type { Caller } from '../../../lib/local/engine/history.ts';

/**
 * What must have ended by an hour at which nobody was there to end it, told from the histories and definitions alone:
 * a task that was started, at its TimeoutSeconds; an execution at its machine's, or, as ABORTED, when the task that waits
 * for it or the execution around that ends first.
 */
export interface Due {
  /** By the ids of their calls. */
  readonly tasks: ReadonlyMap<string, Deadline>;
  /** By ARN. */
  readonly executions: ReadonlyMap<string, Deadline & { readonly status: 'TIMED_OUT' | 'ABORTED' }>;
}

interface Deadline {
  readonly at: number;
}

export function dueAt(engine: Engine, now: number): Due {
  const running = engine.listExecutions({ status: 'RUNNING' });
  const tasks = new Map<string, Deadline>();
  const read = new Set<string>();
  /** Until when the caller of an execution waits for it. */
  const waitedFor = ({ executionArn, id }: Caller): number => {
    const caller = engine.describeExecution(executionArn);
    if (caller.status !== 'RUNNING') return 0;
    if (!read.has(executionArn)) for (const [task, deadline] of openTasks(engine, caller)) tasks.set(task, deadline);
    read.add(executionArn);
    // A Map Run has no time of its own.
    const call = id.includes(':mapRun:') ? Number.POSITIVE_INFINITY : (tasks.get(id)?.at ?? 0);
    return Math.min(endOf(caller).at, call);
  };
  const endOf = (execution: ExecutionDescription): Deadline & { status: 'TIMED_OUT' | 'ABORTED' } => {
    const { startDate, caller } = execution;
    const own = { at: startDate + secondsOf(engine, execution) * 1000, status: 'TIMED_OUT' as const };
    const at = caller?.waits ? waitedFor(caller) : Number.POSITIVE_INFINITY;
    return own.at <= at ? own : { at, status: 'ABORTED' };
  };
  for (const each of running) for (const [task, deadline] of openTasks(engine, each)) tasks.set(task, deadline);
  const ends = running.map((each) => [each.executionArn, endOf(each)] as const);
  const past = <T extends Deadline>([, { at }]: readonly [string, T]) => at <= now;
  return { tasks: new Map([...tasks].filter(past)), executions: new Map(ends.filter(past)) };
}

/** What a machine allows; an item of a distributed Map has nothing but AWS's year. */
function secondsOf(engine: Engine, { executionArn, stateMachineArn }: ExecutionDescription): number {
  const year = 365 * 86_400;
  if (stateMachineArn.includes('/')) return year;
  const { definition } = engine.describeStateMachineForExecution(executionArn);
  return (JSON.parse(definition) as { TimeoutSeconds?: number }).TimeoutSeconds ?? year;
}

/** The tasks that were started and have not ended, by the id of their call, with when they time out. */
function* openTasks(engine: Engine, { executionArn }: ExecutionDescription): Generator<[string, Deadline]> {
  /** By the latest event of each. */
  const open = new Map<number, { scheduled: HistoryEvent; at: number }>();
  for (const event of engine.getExecutionHistory(executionArn)) {
    const task = open.get(event.previousEventId);
    open.delete(event.previousEventId);
    if (event.type === 'TaskScheduled') open.set(event.id, { scheduled: event, at: Number.POSITIVE_INFINITY });
    else if (task && event.type === 'TaskSubmitted') open.set(event.id, task);
    else if (task && event.type === 'TaskStarted') {
      const { timeoutInSeconds } = task.scheduled.taskScheduledEventDetails ?? {};
      const at = event.timestamp + Number(timeoutInSeconds ?? Number.POSITIVE_INFINITY) * 1000;
      open.set(event.id, { ...task, at });
    }
  }
  for (const { scheduled, at } of open.values()) yield [callId(executionArn, scheduled.id), { at }];
}
