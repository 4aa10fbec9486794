import { authorizeDependents } from '../iam/dependent-actions.ts';
import { type Authorize, AwsError, type Principal } from '../wire/endpoint.ts';

/**
 * A role is given to Step Functions by whoever may, where the role lets Step Functions in.
 *
 * @param machine whose role it is to be; a state that is tested alone has none
 */
export function handOver(authorize: Authorize, principal: Principal, role: string, machine?: string): void {
  authorizeDependents(authorize, principal, 'states: a role is handed to a machine', { role });
  const [, , , , account] = role.split(':');
  try {
    authorize({ arn: 'states.amazonaws.com' }, 'sts:AssumeRole', role, {
      'aws:SourceAccount': account,
      'aws:SourceArn': machine,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      'AccessDeniedException',
      400,
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
    );
  }
}
