import { expect, test } from '@jest/globals';
import { TaskFailure } from '../../../lib/local/engine/engine.ts';
import { AwsError, type Endpoint, type SignedRequest } from '../../../lib/local/wire/endpoint.ts';
import { runTaskIntegrations } from '../../../lib/local/world/run-task.ts';

const call = {
  id: 'call',
  resource: 'arn:aws:states:::ecs:runTask.waitForTaskToken',
  arguments: {
    Cluster: 'workers',
    TaskDefinition: 'dump',
    Overrides: { ContainerOverrides: [{ Name: 'worker', Environment: [{ Name: 'TOKEN', Value: 'Secret' }] }] },
  },
  token: 'token',
  roleArn: 'arn:aws:iam::123456789012:role/machine',
  executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:machine:one',
  stateName: 'Dump',
  signal: new AbortController().signal,
  submitted: () => {},
};

const ecs = (handle: (request: SignedRequest) => object): Endpoint => ({
  service: 'ecs',
  operations: ['RunTask'],
  handle: async (request) => ({ status: 200, body: JSON.stringify(handle(request)) }),
});
const runTask = (endpoint: Endpoint) => runTaskIntegrations(endpoint)[call.resource]!(call);

test("RunTask is called as the machine's role, in the spelling of the API", async () => {
  const seen: { body: unknown; principal: unknown; target: unknown }[] = [];
  const answer = await runTask({
    ...ecs(() => ({})),
    async handle(request) {
      const body = JSON.parse((await request.body()).toString());
      seen.push({ body, principal: request.principal, target: request.headers['x-amz-target'] });
      return { status: 200, body: JSON.stringify({ tasks: [{ taskArn: 'arn' }], failures: [] }) };
    },
  });
  expect(seen).toEqual([
    {
      target: 'AmazonEC2ContainerServiceV20141113.RunTask',
      principal: { roleArn: call.roleArn, arn: expect.stringMatching(/:assumed-role\/machine\/\w+$/) },
      body: {
        cluster: 'workers',
        taskDefinition: 'dump',
        overrides: { containerOverrides: [{ name: 'worker', environment: [{ name: 'TOKEN', value: 'Secret' }] }] },
      },
    },
  ]);
  expect(answer).toMatchObject({ Tasks: [{ TaskArn: 'arn' }], Failures: [] });
});

test("what ECS refuses fails the state under the service's name", async () => {
  const refused = runTask(
    ecs(() => {
      throw new AwsError('AccessDeniedException', 403, 'not authorized to perform: ecs:RunTask');
    }),
  );
  await expect(refused).rejects.toBeInstanceOf(TaskFailure);
  await expect(refused).rejects.toMatchObject({ error: 'ECS.AccessDeniedException' });
});
