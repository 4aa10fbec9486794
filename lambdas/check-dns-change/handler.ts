import { Route53Client } from '@aws-sdk/client-route-53';
import { type Dns, route53 } from '../../lib/adapters/route53.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

export const checkDnsChange = task('CheckDnsChange')(async ({ dns }: { dns: Dns }, { changeId }) => {
  if (await dns.inSync(changeId)) return {};
  throw new WorkflowError('DnsNotInSync', `Route 53 change ${changeId} is still PENDING. It is looked at again.`);
});

export const handler = onLambda(checkDnsChange, () => ({ dns: route53(new Route53Client({})) }));
