import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { ecs } from '../../lib/adapters/ecs.ts';
import { declared, sdkError } from '../support/declared.ts';

const mock = mockClient(ECSClient);
const source = ecs(new ECSClient({ region: 'eu-west-1' }));
beforeEach(() => mock.reset());

test('finds every service, page after page, and describes them ten at a time', async () => {
  const names = Array.from({ length: 23 }, (_, index) => `s${index}`);
  mock
    .on(ListServicesCommand, { nextToken: undefined })
    .resolves({ serviceArns: names.slice(0, 20), nextToken: 'more' });
  mock.on(ListServicesCommand, { nextToken: 'more' }).resolves({ serviceArns: names.slice(20) });
  mock.on(DescribeServicesCommand).callsFake(({ services }: { services: string[] }) => ({
    services: services.map((serviceName) => ({
      serviceName,
      desiredCount: 2,
      runningCount: 1,
      pendingCount: 1,
      taskDefinition: 'td',
    })),
  }));
  const found = await source.services('c');
  expect(found.map(({ service }) => service)).toEqual(names);
  expect(found[0]).toMatchObject({
    service: 's0',
    desiredCount: 2,
    runningCount: 1,
    pendingCount: 1,
    taskDefinition: 'td',
    launchType: null,
  });
  const pages = mock.commandCalls(DescribeServicesCommand).map((call) => call.args[0].input.services?.length);
  expect(pages).toEqual([10, 10, 3]);
});

test('tells which task definitions run besides the newest one', async () => {
  const deployment = (status: string, taskDefinition: string, runningCount: number, pendingCount = 0) => ({
    status,
    taskDefinition,
    runningCount,
    pendingCount,
  });
  mock.on(DescribeServicesCommand).resolves({
    services: [
      { serviceName: 'quiet', taskDefinition: 'a:2', deployments: [deployment('PRIMARY', 'a:2', 2)] },
      {
        serviceName: 'rolling',
        taskDefinition: 'a:2',
        deployments: [
          deployment('PRIMARY', 'a:2', 0),
          deployment('ACTIVE', 'a:1', 2),
          deployment('INACTIVE', 'a:0', 0),
        ],
      },
      { serviceName: 'again', taskDefinition: 'a:2', deployments: [deployment('ACTIVE', 'a:2', 2)] },
      {
        serviceName: 'blue-green',
        schedulingStrategy: 'DAEMON',
        taskSets: [deployment('PRIMARY', 'b:1', 2), deployment('ACTIVE', 'b:2', 0, 2)],
      },
    ],
  });
  expect(await source.describe('c', ['any'])).toMatchObject([
    { taskDefinition: 'a:2', alsoRunning: [], daemon: false },
    { taskDefinition: 'a:2', alsoRunning: ['a:1'] },
    { taskDefinition: 'a:2', alsoRunning: [] },
    { taskDefinition: 'b:1', alsoRunning: ['b:2'], daemon: true },
  ]);
});

test('a cluster without services is described with no call at all', async () => {
  mock.on(ListServicesCommand).resolves({ serviceArns: [] });
  expect(await source.services('c')).toEqual([]);
  expect(mock.commandCalls(DescribeServicesCommand)).toHaveLength(0);
});

test('a service among the failures is missing, although the call succeeded', async () => {
  mock.on(DescribeServicesCommand).resolves({ services: [], failures: [{ arn: 'arn:web', reason: 'MISSING' }] });
  await expect(source.describe('c', ['web'])).rejects.toEqual(declared('SourceNotFound', /arn:web .*"c" is MISSING/));
});

test('a cluster that does not exist is a mistake in the configuration', async () => {
  mock.on(ListServicesCommand).rejects(sdkError('ClusterNotFoundException'));
  mock.on(DescribeServicesCommand).rejects(sdkError('ClusterNotFoundException'));
  const wrong = declared('SourceNotFound', /no ECS cluster "c"; correct source\.ecs\.cluster/);
  await expect(source.services('c')).rejects.toEqual(wrong);
  await expect(source.describe('c', ['web'])).rejects.toEqual(wrong);
});

test.each([
  ['services', () => source.services('c'), /list services of ECS cluster "c"/],
  ['describe', () => source.describe('c', ['web']), /describe services/],
  ['taskDefinition', () => source.taskDefinition('td'), /describe ECS task definition td/],
  ['scale', () => source.scale('c', 'web', 0), /set ECS service "web" to 0/],
  ['stopTasks', () => source.stopTasks('c', 'autumn-1', 'why'), /stop tasks started by "autumn-1"/],
])('%s: anything else is the service that is unavailable', async (_, act, message) => {
  mock.onAnyCommand().rejects(sdkError('ThrottlingException'));
  await expect(act()).rejects.toEqual(declared('ServiceUnavailable', message));
});

test('reads environment, secrets and environment files of every container', async () => {
  mock.on(DescribeTaskDefinitionCommand, { taskDefinition: 'td' }).resolves({
    taskDefinition: {
      containerDefinitions: [
        {
          name: 'retool',
          image: 'tryretool/backend:3.1',
          environment: [{ name: 'SERVICE_TYPE', value: 'MAIN_BACKEND' }],
          secrets: [{ name: 'ENCRYPTION_KEY', valueFrom: 'arn:key' }],
          environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::acme/retool.env' }],
          mountPoints: [{ sourceVolume: 'certs', containerPath: '/certs', readOnly: true }],
        },
        { name: 'sidecar' },
      ],
    },
  });
  expect((await source.taskDefinition('td')).containers).toEqual([
    {
      name: 'retool',
      image: 'tryretool/backend:3.1',
      environment: new Map([['SERVICE_TYPE', 'MAIN_BACKEND']]),
      secrets: new Map([['ENCRYPTION_KEY', 'arn:key']]),
      environmentFiles: ['arn:aws:s3:::acme/retool.env'],
      volumes: ['/certs'],
    },
    { name: 'sidecar', image: '', environment: new Map(), secrets: new Map(), environmentFiles: [], volumes: [] },
  ]);
});

test('scales a service', async () => {
  mock.on(UpdateServiceCommand).resolves({});
  await source.scale('c', 'web', 0);
  expect(mock.commandCalls(UpdateServiceCommand)[0]?.args[0].input).toEqual({
    cluster: 'c',
    service: 'web',
    desiredCount: 0,
  });
});

test('stops every task that was started by a name, and none where there is none', async () => {
  mock.on(ListTasksCommand, { cluster: 'c', startedBy: 'autumn-1' }).resolves({ taskArns: ['t1', 't2'] });
  mock.on(StopTaskCommand).resolves({});
  expect(await source.stopTasks('c', 'autumn-1', 'unwound')).toBe(2);
  expect(mock.commandCalls(StopTaskCommand).map((call) => call.args[0].input)).toEqual([
    { cluster: 'c', task: 't1', reason: 'unwound' },
    { cluster: 'c', task: 't2', reason: 'unwound' },
  ]);
  mock.on(ListTasksCommand).resolves({});
  expect(await source.stopTasks('c', 'nobody', 'unwound')).toBe(0);
});
