import { expect, test } from '@jest/globals';
import type { Engine } from '../../../lib/local/engine/engine.ts';
import type { BusEvent } from '../../../lib/local/events/bus.ts';
import { createAuthorize } from '../../../lib/local/iam/authorize.ts';
import type { PolicyDocument } from '../../../lib/local/iam/policies.ts';
import type { LambdaRuntime } from '../../../lib/local/lambda/runtime.ts';
import { AwsError, type Endpoint, type Principal, type SignedRequest } from '../../../lib/local/wire/endpoint.ts';
import { callAs } from '../../../lib/local/world/call.ts';
import { deliverTo } from '../../../lib/local/world/deliver.ts';
import { trailed } from '../../../lib/local/world/trail.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const account = { accountId: '123456789012', region: 'eu-west-1' };
const machine = 'arn:aws:states:eu-west-1:123456789012:stateMachine:journey';
const greet = 'arn:aws:lambda:eu-west-1:123456789012:function:greet';
const rule = (name: string) => `arn:aws:events:eu-west-1:123456789012:rule/${name}`;
const role = 'arn:aws:iam::123456789012:role/starter';

const started = { executionArn: `${machine}:one`, startDate: 1 };
const states = (handle: (request: SignedRequest) => object = () => started): Endpoint => ({
  service: 'states',
  operations: ['StartExecution', 'DescribeExecution'],
  handle: async (request) => ({ status: 200, body: JSON.stringify(handle(request)) }),
});

async function trailOf(endpoint: Endpoint, principal: Principal, operation: string): Promise<BusEvent[]> {
  const events: BusEvent[] = [];
  const clock = createManualClock(Date.parse('2026-01-05T12:00:00.123Z'));
  const endpointWithTrail = trailed(endpoint, { ...account, clock, onEvent: (event) => void events.push(event) });
  const input = { stateMachineArn: machine, input: '{"reason":"mine, says bob"}' };
  await callAs(endpointWithTrail, principal, `AWSStepFunctions.${operation}`, input).catch(() => {});
  return events;
}

test('a start is told with who signed it, whatever the input claims', async () => {
  const [event] = await trailOf(states(), { arn: 'arn:aws:iam::123456789012:user/alice' }, 'StartExecution');
  expect(event).toMatchObject({
    source: 'aws.states',
    'detail-type': 'AWS API Call via CloudTrail',
    detail: {
      eventSource: 'states.amazonaws.com',
      eventName: 'StartExecution',
      eventTime: '2026-01-05T12:00:00Z',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::123456789012:user/alice' },
      requestParameters: { stateMachineArn: machine },
      responseElements: { executionArn: started.executionArn },
    },
  });
});

test('a start by a role session is told with the session', async () => {
  const arn = 'arn:aws:sts::123456789012:assumed-role/starter/alice';
  const [event] = await trailOf(states(), { arn, roleArn: role }, 'StartExecution');
  expect(event?.detail.userIdentity).toMatchObject({ type: 'AssumedRole', arn });
});

test('neither other calls nor refused starts are told', async () => {
  const alice = { arn: 'arn:aws:iam::123456789012:user/alice' };
  expect(await trailOf(states(), alice, 'DescribeExecution')).toEqual([]);
  const refusing = states(() => {
    throw new AwsError('AccessDeniedException', 403, 'no');
  });
  expect(await trailOf(refusing, alice, 'StartExecution')).toEqual([]);
});

const delivery = (allowed: { byFunction?: string; byRole?: boolean; trusts?: string }) => {
  const done: unknown[] = [];
  const deliver = deliverTo({
    lambda: () => ({ invokeLater: (...call: unknown[]) => done.push(call) }) as unknown as LambdaRuntime,
    engine: () => ({ startExecution: (call: unknown) => done.push(call) }) as unknown as Engine,
    authorize: createAuthorize({
      identityPolicies: new Map([
        [role, allowed.byRole ? [{ Statement: { Effect: 'Allow', Action: 'states:*', Resource: machine } }] : []],
      ]),
      resourcePolicies: new Map<string, PolicyDocument>([
        [
          role,
          {
            Statement: {
              Effect: 'Allow',
              Principal: { Service: allowed.trusts ?? 'events.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          },
        ],
        ...(allowed.byFunction
          ? ([
              [
                greet,
                {
                  Statement: {
                    Effect: 'Allow',
                    Principal: { Service: 'events.amazonaws.com' },
                    Action: 'lambda:InvokeFunction',
                    Resource: greet,
                    Condition: { ArnLike: { 'aws:SourceArn': allowed.byFunction } },
                  },
                },
              ],
            ] satisfies [string, PolicyDocument][])
          : []),
      ]),
    }),
  });
  const to = (arn: string, roleArn?: string) =>
    deliver(
      { id: 'one', arn, roleArn, input: undefined, inputPath: undefined, inputTransformer: undefined },
      { a: 1 },
      { arn: rule('ours') },
    );
  return { to, done };
};

test('a rule invokes a function only when the function lets this rule', async () => {
  const ours = delivery({ byFunction: rule('ours') });
  await ours.to(greet);
  expect(ours.done).toEqual([[greet, '{"a":1}']]);
  const others = delivery({ byFunction: rule('other') });
  await expect(others.to(greet)).rejects.toMatchObject({ code: 'AccessDeniedException' });
  expect(others.done).toEqual([]);
});

test("a rule starts a machine only with a role that may, and in the role's name", async () => {
  const allowed = delivery({ byRole: true });
  await allowed.to(machine, role);
  expect(allowed.done).toEqual([
    {
      stateMachineArn: machine,
      input: '{"a":1}',
      principalArn: 'arn:aws:sts::123456789012:assumed-role/starter/events',
    },
  ]);
  await expect(delivery({}).to(machine, role)).rejects.toMatchObject({ code: 'AccessDeniedException' });
  const ofOthers = delivery({ byRole: true, trusts: 'lambda.amazonaws.com' });
  await expect(ofOthers.to(machine, role)).rejects.toThrow('sts:AssumeRole');
});

test('a target that cannot be delivered to is named', async () => {
  await expect(delivery({}).to('arn:aws:sns:eu-west-1:123456789012:topic')).rejects.toThrow(/target arn:aws:sns/);
});
