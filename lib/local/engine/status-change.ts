import type { ExecutionDescription } from './execution.ts';
import type { ExecutionStatus } from './execution-state.ts';

/** The detail of EventBridge's "Step Functions Execution Status Change"; times in milliseconds since the epoch. */
export interface StatusChange {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate: number | null;
  readonly input: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** Without what AWS shows to nobody. */
export function statusChange({ principalArn: _, caller: __, ...shown }: ExecutionDescription): StatusChange {
  return { stopDate: null, output: null, error: null, cause: null, ...shown };
}
