import { authorizeDependents, type Occasion } from '../iam/dependent-actions.ts';
import { type Authorize, AwsError } from '../wire/endpoint.ts';
import type { ExecutionDescription } from './execution.ts';
import { TaskFailure } from './failure.ts';
import type { Caller } from './history.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { notRedrivable } from './redrive.ts';
import type { Integration, TaskCall } from './task.ts';
import { sessionOf } from './task-role.ts';

/** What nesting needs of the engine. */
export interface Executions {
  startExecution(o: {
    stateMachineArn: string;
    name: string;
    input: string;
    principalArn: string;
    caller: Caller;
  }): Pick<ExecutionDescription, 'executionArn' | 'startDate'>;
  stopExecution(o: { executionArn: string; cause: string }): unknown;
  /** Resolves when the execution has ended. */
  whenEnded(executionArn: string): Promise<ExecutionDescription>;
}

/** `states:startExecution` and `.sync:2`, answered by the engine itself; allowed by the caller's role. */
export function nestedExecutions(executions: Executions, authorize: Authorize): Record<string, Integration> {
  /** The same call twice, after the engine was started again, finds what it started. */
  const start = (call: TaskCall, waits: boolean) => {
    const { StateMachineArn, Input, Name = call.id } = isObject(call.arguments) ? call.arguments : {};
    const principal = sessionOf(call);
    try {
      authorize(principal, 'states:StartExecution', String(StateMachineArn));
      return executions.startExecution({
        stateMachineArn: String(StateMachineArn),
        name: String(Name),
        // Recorded: null is as good as none.
        input: typeof Input === 'string' ? Input : JSON.stringify(Input ?? {}),
        principalArn: principal.arn,
        caller: { executionArn: call.executionArn, id: call.id, waits },
      });
    } catch (error) {
      throw failed(error);
    }
  };
  const startSync: Integration = async (call) => {
    call.signal.throwIfAborted();
    const child = start(call, true);
    const { executionArn: execution } = child;
    const may = (occasion: Occasion) =>
      authorizeDependents(authorize, sessionOf(call), occasion, { execution, managedRule: managedRule(execution) });
    // On AWS, stopping the parent stops what it waits for, if it may.
    const stop = () => {
      try {
        may('states: a machine that waits for another is stopped');
      } catch (error) {
        if (error instanceof AwsError) return;
        throw error;
      }
      executions.stopExecution({ executionArn: execution, cause: abortedWith(call) });
    };
    if (call.signal.aborted) stop();
    call.signal.addEventListener('abort', stop, { once: true });
    // With this event the caller's history may be full, and it ends.
    call.submitted(started(child));
    try {
      may('states: a machine waits for another');
    } catch (error) {
      // Nobody hears of the child's end any more; it goes on by itself.
      call.signal.removeEventListener('abort', stop);
      throw failed(error);
    }
    const end = await executions.whenEnded(child.executionArn);
    call.signal.removeEventListener('abort', stop);
    if (end.status === 'SUCCEEDED') return described(end, (text) => JSON.parse(text) as Json);
    throw new TaskFailure('States.TaskFailed', JSON.stringify(described(end, (text) => text)));
  };
  return {
    'arn:aws:states:::states:startExecution': async (call) => started(start(call, false)),
    'arn:aws:states:::states:startExecution.sync:2': startSync,
  };
}

/** A refusal as the state that made the call sees it. */
const failed = (error: unknown): unknown =>
  error instanceof AwsError
    ? new TaskFailure(`StepFunctions.${error.code.replace(/Exception$/, '')}Exception`, error.message)
    : error;

/** AWS's words, to an execution that is stopped because nobody waits for it any more [measured: floci-io/floci, `AslExecutorNestedSyncTimeoutTest`]. */
export const abortedWith = ({ executionArn }: Pick<TaskCall, 'executionArn'>): string =>
  `The Task state in AWS Step Functions execution [${executionArn}] which was managing this resource was aborted`;

const managedRule = (executionArn: string): string => {
  const [, , , region, account] = executionArn.split(':');
  return `arn:aws:events:${region}:${account}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;
};

const started = ({ executionArn, startDate }: { executionArn: string; startDate: number }): JsonObject => ({
  ExecutionArn: executionArn,
  StartDate: startDate,
});

/**
 * A child as the parent sees it, in AWS's order [recorded]; `.sync:2` parses its input and output, a failure's cause keeps
 * the texts.
 */
function described(child: ExecutionDescription, json: (text: string) => Json): JsonObject {
  const reason = notRedrivable(child, child.stopDate ?? child.startDate);
  return {
    ...(child.cause !== undefined && { Cause: child.cause }),
    ...(child.error !== undefined && { Error: child.error }),
    ExecutionArn: child.executionArn,
    Input: json(child.input),
    InputDetails: { Included: true },
    Name: child.name,
    ...(child.output !== undefined && { Output: json(child.output), OutputDetails: { Included: true } }),
    RedriveCount: child.redriveCount,
    RedriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    ...(reason !== undefined && { RedriveStatusReason: reason }),
    StartDate: child.startDate,
    StateMachineArn: child.stateMachineArn,
    Status: child.status,
    StopDate: child.stopDate ?? null,
  };
}
