import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { refused, refusedSecretly } from './refused.ts';

type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

export interface Execution {
  readonly arn: string;
  readonly machine: string;
  readonly status: ExecutionStatus;
  readonly startDate: Date;
  readonly stopDate: Date | null;
  readonly error: string | null;
  readonly cause: string | null;
}

export interface Executions {
  /** Null when there is no such execution (any more). */
  describe(arn: string): Promise<Execution | null>;
  history(arn: string): Promise<HistoryEvent[]>;
  /** Starts an execution; the same name again is not a second one. */
  start(machineArn: string, name: string, input: unknown): Promise<string>;
  /** Answers a callback; false when nobody waits for it any more. */
  answer(token: string, output: unknown): Promise<boolean>;
}

const over = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

export function stepFunctions(client: SFNClient): Executions {
  return {
    async describe(arn) {
      try {
        const execution = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
        return {
          arn,
          machine: execution.stateMachineArn?.split(':').at(-1) ?? '',
          status: execution.status as ExecutionStatus,
          startDate: execution.startDate ?? new Date(0),
          stopDate: execution.stopDate ?? null,
          error: execution.error ?? null,
          cause: execution.cause ?? null,
        };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return null;
        throw refused(`describe execution ${arn}`, error);
      }
    },
    async history(arn) {
      const events: HistoryEvent[] = [];
      let nextToken: string | undefined;
      do {
        try {
          const page = await client.send(
            new GetExecutionHistoryCommand({ executionArn: arn, maxResults: 1000, nextToken }),
          );
          events.push(...(page.events ?? []));
          nextToken = page.nextToken;
        } catch (error) {
          throw refused(`read the history of ${arn}`, error);
        }
      } while (nextToken);
      return events;
    },
    async start(machineArn, name, input) {
      try {
        const started = await client.send(
          new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }),
        );
        return started.executionArn ?? '';
      } catch (error) {
        if (error instanceof Error && error.name === 'ExecutionAlreadyExists') {
          return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
        }
        throw refused(`start ${name} of ${machineArn}`, error);
      }
    },
    async answer(token, output) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output) }));
        return true;
      } catch (error) {
        if (error instanceof Error && over.has(error.name)) return false;
        throw refusedSecretly('answer a callback', error);
      }
    },
  };
}
