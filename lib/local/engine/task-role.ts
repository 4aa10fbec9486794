import { createHash } from 'node:crypto';
import { sessionArn } from '../iam/credentials.ts';
import { type Authorize, AwsError, type Principal } from '../wire/endpoint.ts';
import { TaskFailure } from './failure.ts';
import type { TaskCall } from './task.ts';

/** The session in which Step Functions uses a role: one for each execution. */
export function sessionOf({ roleArn, executionArn }: Pick<TaskCall, 'roleArn' | 'executionArn'>): Principal {
  const session = createHash('sha256').update(executionArn).digest('hex').slice(0, 32);
  return { arn: sessionArn(roleArn, session), roleArn };
}

/**
 * A state's Credentials are a role that the machine's own role takes: that one must be allowed to, and this one must
 * trust it. Throws TaskFailure as AWS says it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
 *
 * @param machine the state machine, with its own role
 */
export function assumeTaskRole(
  authorize: Authorize,
  { roleArn, executionArn }: Pick<TaskCall, 'roleArn' | 'executionArn'>,
  machine: { readonly roleArn: string; readonly stateMachineArn: string },
): void {
  if (roleArn === machine.roleArn) return;
  try {
    authorize(sessionOf({ roleArn: machine.roleArn, executionArn }), 'sts:AssumeRole', roleArn, {
      'sts:ExternalId': machine.stateMachineArn,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const cause = `The role ${machine.roleArn} is not authorized to assume the task state's role, ${roleArn}.`;
    throw new TaskFailure('States.TaskFailed', cause);
  }
}
