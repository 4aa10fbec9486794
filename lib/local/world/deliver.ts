import type { Engine } from '../engine/engine.ts';
import type { Deliver } from '../events/bus.ts';
import { sessionArn } from '../iam/credentials.ts';
import type { LambdaRuntime } from '../lambda/runtime.ts';
import type { Authorize } from '../wire/endpoint.ts';
import { trusted } from './roles.ts';

/** Where EventBridge delivers to: a function by its own policy, a state machine by the target's role. */
export function deliverTo(services: {
  readonly lambda: () => LambdaRuntime;
  readonly engine: () => Engine;
  readonly authorize: Authorize;
}): Deliver {
  const { authorize } = services;
  return async ({ arn, roleArn }, input, origin) => {
    const payload = JSON.stringify(input);
    if (arn.includes(':lambda:')) {
      authorize({ arn: 'events.amazonaws.com' }, 'lambda:InvokeFunction', arn, { 'aws:SourceArn': origin.arn });
      services.lambda().invokeLater(arn, payload);
    } else if (arn.includes(':states:') && roleArn) {
      trusted(authorize, roleArn, 'events.amazonaws.com', { 'aws:SourceArn': origin.arn });
      const principal = { roleArn, arn: sessionArn(roleArn, 'events') };
      authorize(principal, 'states:StartExecution', arn);
      services.engine().startExecution({ stateMachineArn: arn, input: payload, principalArn: principal.arn });
    } else throw new Error(`${origin.arn} has the target ${arn}, to which the simulated EventBridge cannot deliver.`);
  };
}
