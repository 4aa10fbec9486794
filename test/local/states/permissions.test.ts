import { join } from 'node:path';
import { CreateStateMachineCommand, SFNClient, TestStateCommand } from '@aws-sdk/client-sfn';
import { createEngine, type Engine } from '../../../lib/local/engine/engine.ts';
import { lambdaIntegrations } from '../../../lib/local/lambda/integration.ts';
import type { LambdaRuntime } from '../../../lib/local/lambda/runtime.ts';
import { statesEndpoint } from '../../../lib/local/states/endpoint.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';

/** Which roles Step Functions may be given, and which it may take: the machine's own, and those of states' Credentials. */
const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const allow = (Action: string, Resource: string, more: object = {}) => ({ Effect: 'Allow', Action, Resource, ...more });
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const trusting = (Principal: object, more: object = {}) =>
  policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });
const machineArn = (name: string) => `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
const notTrusted = {
  name: 'AccessDeniedException',
  message: expect.stringContaining('states.amazonaws.com, nor the regional one is authorized to assume'),
};

let account: Account;
let engine: Engine;
let invokedAs: string[];

beforeEach(async () => {
  invokedAs = [];
  account = await startAccount(({ directory, authorize, clock }) => {
    const runtime = {
      find: (name: string) => ({ name, arn: `arn:aws:lambda:${region}:${accountId}:function:${name}` }),
      invoke: async () => ({ ok: true, payload: '"done"', requestId: '1' }),
    };
    const told: typeof authorize = (principal, action, ...rest) => {
      authorize(principal, action, ...rest);
      if (action === 'lambda:InvokeFunction') invokedAs.push(principal.roleArn ?? '');
    };
    engine = createEngine({
      directory: join(directory, 'states'),
      clock,
      region,
      accountId,
      authorize,
      integrations: lambdaIntegrations(runtime as unknown as LambdaRuntime, told),
    });
    return [statesEndpoint({ engine, authorize })];
  });
  account.resourcePolicies.set(role('Machine'), trusting({ Service: 'states.amazonaws.com' }));
});
afterEach(async () => {
  engine.close();
  await account.close();
  expect(account.defects).toEqual([]);
});

const as = (name: string, ...statements: object[]) =>
  new SFNClient({ ...account.client(account.role(name, ...statements)), disableHostPrefix: true });
const passing = { Condition: { StringEquals: { 'iam:PassedToService': 'states.amazonaws.com' } } };

test('a machine is made by who may make one of its name, and may hand its role to Step Functions', async () => {
  const may = [
    allow('states:CreateStateMachine', machineArn('mine')),
    allow('iam:PassRole', role('Machine'), passing),
  ] as const;
  const make = (client: SFNClient, name: string) =>
    client.send(new CreateStateMachineCommand({ name, definition, roleArn: role('Machine') }));
  expect(await make(as('Maker', ...may), 'mine')).toMatchObject({ stateMachineArn: machineArn('mine') });
  await expect(make(as('Maker', ...may), 'yours')).rejects.toThrow(
    `states:CreateStateMachine on resource: ${machineArn('yours')}`,
  );
  await expect(make(as('WithoutRole', may[0]), 'mine')).rejects.toThrow(`iam:PassRole on resource: ${role('Machine')}`);
  const toOthers = allow('iam:PassRole', role('Machine'), {
    Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  });
  await expect(make(as('ForOthers', may[0], toOthers), 'mine')).rejects.toThrow('iam:PassRole');
});

test('a role that lets Step Functions not in, or is not there, makes no machine and tests no state', async () => {
  const client = new SFNClient({ ...account.client(), disableHostPrefix: true });
  account.resourcePolicies.set(role('OfTasks'), trusting({ Service: 'ecs-tasks.amazonaws.com' }));
  const ofAnother = { Condition: { ArnEquals: { 'aws:SourceArn': machineArn('another') } } };
  account.resourcePolicies.set(role('OfAnother'), trusting({ Service: 'states.amazonaws.com' }, ofAnother));
  for (const name of ['OfTasks', 'OfAnother', 'DoesNotExist']) {
    const made = client.send(new CreateStateMachineCommand({ name: 'm', definition, roleArn: role(name) }));
    await expect(made).rejects.toMatchObject(notTrusted);
  }
  const tested = client.send(new TestStateCommand({ definition: '{"Type":"Succeed"}', roleArn: role('OfTasks') }));
  await expect(tested).rejects.toMatchObject(notTrusted);
  expect(engine.listStateMachines()).toEqual([]);
});

test("a state's Credentials are taken by the machine's own role, which must be allowed to and be trusted", async () => {
  account.identityPolicies.set(role('Powerful'), [policy(allow('lambda:InvokeFunction', '*'))]);
  const client = as('Low', allow('states:TestState', '*'), allow('iam:PassRole', role('Machine'), passing));
  const state = {
    QueryLanguage: 'JSONata',
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Credentials: { RoleArn: role('Powerful') },
    Arguments: { FunctionName: 'f', Payload: {} },
    TimeoutSeconds: 60,
    Output: '{% $states.result.Payload %}',
    End: true,
  };
  const tested = () =>
    client.send(new TestStateCommand({ definition: JSON.stringify(state), roleArn: role('Machine') }));
  const refused = {
    status: 'FAILED',
    error: 'States.TaskFailed',
    cause: `The role ${role('Machine')} is not authorized to assume the task state's role, ${role('Powerful')}.`,
  };
  const mayTake = [policy(allow('sts:AssumeRole', role('Powerful')))];

  expect(await tested()).toMatchObject(refused);
  account.identityPolicies.set(role('Machine'), mayTake);
  // Its own policy is not enough: the other role must let it in.
  account.resourcePolicies.set(role('Powerful'), trusting({ AWS: role('Somebody') }));
  expect(await tested()).toMatchObject(refused);
  expect(invokedAs).toEqual([]);

  account.resourcePolicies.set(role('Powerful'), trusting({ AWS: role('Machine') }));
  expect(await tested()).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
  expect(invokedAs).toEqual([role('Powerful')]);
});
