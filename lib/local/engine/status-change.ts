import type { ExecutionDescription } from './execution.ts';
import type { ExecutionStatus } from './execution-state.ts';
import { notRedrivable } from './redrive.ts';

/** The detail of EventBridge's "Step Functions Execution Status Change"; times in milliseconds since the epoch. */
export interface StatusChange {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate: number | null;
  readonly redriveCount: number;
  readonly redriveDate: number | null;
  readonly redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE';
  readonly redriveStatusReason: string | null;
  readonly input: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** Without what AWS shows to nobody. */
export function statusChange(execution: ExecutionDescription, now: number): StatusChange {
  const { principalArn: _, caller: __, lastEventId: ___, ...shown } = execution;
  const reason = notRedrivable(execution, now);
  return {
    stopDate: null,
    output: null,
    error: null,
    cause: null,
    redriveDate: null,
    redriveStatus: reason === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    redriveStatusReason: reason ?? null,
    ...shown,
  };
}
