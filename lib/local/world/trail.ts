import { randomUUID } from 'node:crypto';
import type { Account } from '../assembly/resource-types.ts';
import type { Clock } from '../clock.ts';
import type { BusEvent } from '../events/bus.ts';
import type { Endpoint, Principal } from '../wire/endpoint.ts';

/**
 * CloudTrail before Step Functions: tells of each StartExecution that was answered, with the principal that signed it.
 * AWS delivers such an event within minutes; here it is there at once.
 */
export function trailed(
  endpoint: Endpoint,
  options: Account & { readonly clock: Clock; readonly onEvent: (event: BusEvent) => void },
): Endpoint {
  return {
    ...endpoint,
    async handle(request) {
      const answer = await endpoint.handle(request);
      const [, operation] = String(request.headers['x-amz-target'] ?? '').split('.');
      if (operation === 'StartExecution') {
        options.onEvent({
          source: 'aws.states',
          'detail-type': 'AWS API Call via CloudTrail',
          detail: {
            eventVersion: '1.09',
            eventID: randomUUID(),
            eventTime: new Date(options.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
            eventSource: 'states.amazonaws.com',
            eventName: operation,
            awsRegion: options.region,
            recipientAccountId: options.accountId,
            userIdentity: identity(request.principal, options.accountId),
            requestParameters: JSON.parse((await request.body()).toString('utf8')) as unknown,
            responseElements: JSON.parse(String(answer.body)) as unknown,
          },
        });
      }
      return answer;
    },
  };
}

function identity(principal: Principal, accountId: string): Readonly<Record<string, unknown>> {
  const name = principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
  if (!principal.roleArn) return { type: 'IAMUser', arn: principal.arn, accountId, userName: name };
  const sessionIssuer = { type: 'Role', arn: principal.roleArn, accountId };
  return { type: 'AssumedRole', arn: principal.arn, accountId, sessionContext: { sessionIssuer } };
}
