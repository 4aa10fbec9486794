import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  UpdateServiceCommand,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs';
import { systemClock } from '../../../lib/local/clock.ts';
import { createEcs, type Deployed, type Ecs, type EcsOptions } from '../../../lib/local/ecs/ecs.ts';
import type { TaskStateChange } from '../../../lib/local/ecs/task-state-change.ts';
import { type Credentials, createCredentials } from '../../../lib/local/iam/credentials.ts';
import { createProcesses, type Processes } from '../../../lib/local/processes/processes.ts';
import { AwsError } from '../../../lib/local/wire/endpoint.ts';
import { type Gateway, startGateway } from '../../../lib/local/wire/gateway.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';

const location = { region: 'eu-west-1', accountId: '123456789012' };
const arn = (resource: string) => `arn:aws:ecs:eu-west-1:123456789012:${resource}`;
const role = 'arn:aws:iam::123456789012:role/WorkerTask';

let directory: string;
let clock: ManualClock;
let credentials: Credentials;
let processes: Processes;
let ecs: Ecs;
let gateway: Gateway;
let client: ECSClient;
let events: TaskStateChange[];
let denied: string | undefined;
let deployed: Deployed[];
const asked: string[] = [];

/** Images whose command is a line of JavaScript; `serve` stays up and says when it got SIGTERM. */
const images: Record<string, string> = {
  'worker:1':
    'console.log(JSON.stringify({ env: process.env, argv: process.argv.slice(1) })); process.exit(Number(process.env.EXIT ?? 0))',
  'serve:1':
    'process.on("SIGTERM", () => process.exit(0)); setInterval(() => 0, 1000); console.log("up on " + process.env.PORT)',
  'crash:1': 'process.exit(9)',
};

function open(more: Partial<EcsOptions> = {}): Ecs {
  return createEcs({
    ...location,
    directory,
    clock,
    processes,
    authorize(_principal, action, resource, conditions) {
      asked.push(`${action} ${resource} ${Object.values(conditions ?? {}).join()}`.trim());
      if (action === denied) throw new AwsError('AccessDeniedException', 403, `not authorized to perform: ${action}`);
    },
    resolveImage(image) {
      const script = images[image];
      if (!script) throw new Error(`failed to resolve ref ${image}`);
      return { command: [process.execPath, '-e', script, '--'], cwd: directory, env: { IMAGE: image } };
    },
    credentialsFor: (roleArn, session) => ({ AWS_ACCESS_KEY_ID: roleArn, AWS_SESSION_TOKEN: session }),
    baseEnvironment: () => ({ AWS_REGION: location.region }),
    secretValue(valueFrom) {
      if (valueFrom.endsWith('absent')) throw new Error('ResourceNotFoundException');
      return `value of ${valueFrom}`;
    },
    onTaskStateChange: (event) => events.push(event),
    onDeployed: (each) => deployed.push(each),
    ...more,
  });
}

async function serve(options: Partial<EcsOptions> = {}): Promise<void> {
  ecs = open(options);
  ecs.registerCluster('retool');
  ecs.start();
  gateway = await startGateway({ endpoints: [ecs.endpoint], credentials, clock: systemClock, region: location.region });
  const keys = credentials.addUser('ada', { administrator: true });
  client = new ECSClient({ endpoint: gateway.url, region: location.region, credentials: keys, maxAttempts: 1 });
}

async function shut(): Promise<void> {
  client.destroy();
  await gateway.close();
  await ecs.close();
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ecs-'));
  clock = createManualClock();
  credentials = createCredentials({ clock: systemClock, accountId: location.accountId });
  processes = createProcesses({ directory: join(directory, 'running'), clock });
  events = [];
  deployed = [];
  denied = undefined;
  asked.length = 0;
  await serve();
});

afterEach(async () => {
  await shut();
  expect(processes.running()).toEqual([]);
  rmSync(directory, { recursive: true });
});

const define = (image: string, more: object = {}, family = image.replace(/:.*/, '')) =>
  ecs.registerTaskDefinition({ family, taskRoleArn: role, containerDefinitions: [{ name: 'main', image, ...more }] });

const run = (input: Partial<RunTaskCommandInput>) =>
  client.send(new RunTaskCommand({ cluster: 'retool', taskDefinition: 'worker', ...input }));

const taskOf = async (taskArn: string | undefined) =>
  (await client.send(new DescribeTasksCommand({ cluster: 'retool', tasks: [taskArn!] }))).tasks![0]!;

const stopped = (taskArn: string | undefined) =>
  until(async () => {
    const task = await taskOf(taskArn);
    return task.lastStatus === 'STOPPED' ? task : undefined;
  });

const service = async (name: string) =>
  (await client.send(new DescribeServicesCommand({ cluster: 'retool', services: [name] }))).services![0]!;

const logOf = (taskArn: string | undefined) => {
  const file = join(directory, 'logs', taskArn!.split('/').at(-1)!, 'main.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

test('a task runs its image as a child process with overrides, secrets and the role it was given', async () => {
  define('worker:1', {
    command: ['default'],
    environment: [
      { name: 'A', value: 'definition' },
      { name: 'B', value: 'definition' },
    ],
    secrets: [{ name: 'PASSWORD', valueFrom: 'arn:secret:password::' }],
  });
  const { tasks } = await run({
    startedBy: 'AWS Step Functions',
    overrides: {
      containerOverrides: [{ name: 'main', command: ['dump', 'all'], environment: [{ name: 'B', value: 'override' }] }],
    },
  });
  expect(tasks).toMatchObject([
    { lastStatus: 'PROVISIONING', startedBy: 'AWS Step Functions', group: 'family:worker' },
  ]);
  const taskArn = tasks![0]!.taskArn;
  const done = await waitUntilTasksStopped({ client, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.1 } as never, {
    cluster: 'retool',
    tasks: [taskArn!],
  }).then(() => taskOf(taskArn));
  expect(done).toMatchObject({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
  });
  expect(done.containers).toMatchObject([{ name: 'main', exitCode: 0, lastStatus: 'STOPPED' }]);
  expect(done.createdAt).toBeInstanceOf(Date);

  const { env, argv } = JSON.parse(logOf(taskArn));
  expect(argv).toEqual(['dump', 'all']);
  expect(env).toMatchObject({
    A: 'definition',
    B: 'override',
    IMAGE: 'worker:1',
    PASSWORD: 'value of arn:secret:password::',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: role,
    AWS_SESSION_TOKEN: taskArn!.split('/').at(-1),
  });
});

test('every change of a task is an event in the shape of EventBridge', async () => {
  define('worker:1');
  const { tasks } = await run({
    overrides: { containerOverrides: [{ name: 'main', environment: [{ name: 'EXIT', value: '7' }] }] },
  });
  await stopped(tasks![0]!.taskArn);
  expect(events.map((event) => event.detail.lastStatus)).toEqual(['PROVISIONING', 'PENDING', 'RUNNING', 'STOPPED']);
  expect(events.at(-1)).toMatchObject({
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    account: '123456789012',
    region: 'eu-west-1',
    resources: [tasks![0]!.taskArn],
    detail: {
      clusterArn: arn('cluster/retool'),
      desiredStatus: 'STOPPED',
      stoppedAt: '2026-01-05T12:00:00.000Z',
      containers: [{ name: 'main', exitCode: 7 }],
    },
  });
});

test('the same client token starts one task, and with other parameters it is a conflict', async () => {
  define('worker:1');
  const first = await run({ clientToken: 'once' });
  const again = await run({ clientToken: 'once' });
  expect(again.tasks![0]!.taskArn).toBe(first.tasks![0]!.taskArn);
  await expect(run({ clientToken: 'once', startedBy: 'another' })).rejects.toMatchObject({
    name: 'ConflictException',
    resourceIds: [first.tasks![0]!.taskArn],
  });
  await stopped(first.tasks![0]!.taskArn);
});

test('a client token is known for a day', async () => {
  define('worker:1');
  const first = await run({ clientToken: 'daily' });
  await stopped(first.tasks![0]!.taskArn);
  await clock.advance(86_401_000);
  const again = await run({ clientToken: 'daily' });
  expect(again.tasks![0]!.taskArn).not.toBe(first.tasks![0]!.taskArn);
  await stopped(again.tasks![0]!.taskArn);
});

test.each([
  ['an image that is not there', { image: 'absent:1' }, 'CannotPullContainerError: failed to resolve ref absent:1'],
  [
    'a secret that is not there',
    { image: 'worker:1', secrets: [{ name: 'S', valueFrom: 'absent' }] },
    'ResourceInitializationError',
  ],
])('%s makes a task that failed to start', async (_, container, reason) => {
  ecs.registerTaskDefinition({ family: 'broken', containerDefinitions: [{ name: 'main', ...container }] });
  const { tasks } = await run({ taskDefinition: 'broken' });
  const task = await stopped(tasks![0]!.taskArn);
  expect(task.stopCode).toBe('TaskFailedToStart');
  expect(task.stoppedReason).toContain(reason);
  expect(task.containers![0]!.exitCode).toBeUndefined();
});

test('a stopped task ends with SIGTERM, and its reason is kept', async () => {
  define('serve:1');
  const { tasks } = await run({ taskDefinition: 'serve' });
  const taskArn = tasks![0]!.taskArn;
  await until(() => logOf(taskArn).includes('up'));
  await client.send(new StopTaskCommand({ cluster: 'retool', task: taskArn, reason: 'lease lost' }));
  expect(await stopped(taskArn)).toMatchObject({
    stopCode: 'UserInitiated',
    stoppedReason: 'lease lost',
    containers: [{ exitCode: 0 }],
  });
});

test('the start takes as long as the clock says, and a task can be stopped while it waits', async () => {
  await shut();
  await serve({ startDelayMs: 40_000 });
  define('serve:1');
  const [first, second] = [await run({ taskDefinition: 'serve' }), await run({ taskDefinition: 'serve' })];
  await clock.advance(39_999);
  expect(processes.running()).toHaveLength(0);
  await client.send(new StopTaskCommand({ cluster: 'retool', task: second.tasks![0]!.taskArn }));
  expect(await stopped(second.tasks![0]!.taskArn)).toMatchObject({ stoppedReason: 'Task stopped by user' });
  await clock.advance(1);
  await until(async () => (await taskOf(first.tasks![0]!.taskArn)).lastStatus === 'RUNNING');
  expect(processes.running()).toHaveLength(1);
});

test('a service keeps its desired number of tasks running and says where they listen', async () => {
  define('serve:1', { portMappings: [{ containerPort: 3000 }] });
  ecs.createService({ cluster: 'retool', serviceName: 'Main', taskDefinition: 'serve', desiredCount: 2 });
  await until(async () => (await service('Main')).runningCount === 2);
  expect(await service('Main')).toMatchObject({
    status: 'ACTIVE',
    desiredCount: 2,
    pendingCount: 0,
    deployments: [{ status: 'PRIMARY', desiredCount: 2, runningCount: 2, rolloutState: 'COMPLETED' }],
    events: [{ message: '(service Main) has reached a steady state.' }, {}, {}],
  });
  const addresses = ecs.addresses('retool', 'Main');
  expect(new Set(addresses).size).toBe(2);
  const { taskArns } = await client.send(new ListTasksCommand({ cluster: 'retool', serviceName: 'Main' }));
  await until(() => taskArns!.every((taskArn) => logOf(taskArn).includes('up')));
  expect(taskArns!.map((taskArn) => logOf(taskArn).trim().replace('up on ', '127.0.0.1:')).sort()).toEqual(
    [...addresses].sort(),
  );

  const update = await client.send(new UpdateServiceCommand({ cluster: 'retool', service: 'Main', desiredCount: 0 }));
  expect(update.service).toMatchObject({ desiredCount: 0 });
  // A task that stops counts as running no more, though its process may still take its time.
  await until(async () => (await service('Main')).runningCount === 0);
  await until(() => processes.running().length === 0);
  expect(ecs.addresses('retool', 'Main')).toEqual([]);
  expect(await stopped(taskArns![0])).toMatchObject({ stopCode: 'ServiceSchedulerInitiated' });
  expect((await client.send(new ListTasksCommand({ cluster: 'retool', serviceName: 'Main' }))).taskArns).toEqual([]);
});

test('a task of a service that crashes is replaced, later and later', async () => {
  define('crash:1');
  ecs.createService({ cluster: 'retool', serviceName: 'Crash', taskDefinition: 'crash', desiredCount: 1 });
  for (const [crashes, wait] of [1_000, 2_000, 4_000].entries()) {
    await until(() => clock.sleepers()[0] === wait);
    expect(events.filter((event) => event.detail.lastStatus === 'STOPPED')).toHaveLength(crashes + 1);
    await clock.advance(wait);
  }
  await until(() => clock.sleepers()[0] === 8_000);
  expect((await service('Crash')).deployments![0]!.failedTasks).toBe(4);
});

test('a new task definition replaces the tasks, the old ones only when the new ones run', async () => {
  define('serve:1');
  ecs.createService({ cluster: 'retool', serviceName: 'Main', taskDefinition: 'serve', desiredCount: 1 });
  await until(async () => (await service('Main')).runningCount === 1);
  const [before] = (await client.send(new ListTasksCommand({ cluster: 'retool' }))).taskArns!;
  await until(() => logOf(before).includes('up'));
  const next = define('serve:1', { environment: [{ name: 'NEW', value: '1' }] });
  expect(next).toBe(arn('task-definition/serve:2'));
  const update = new UpdateServiceCommand({ cluster: 'retool', service: 'Main', taskDefinition: 'serve' });
  expect((await client.send(update)).service!.deployments).toMatchObject([
    { status: 'PRIMARY', taskDefinition: next },
    { status: 'ACTIVE' },
  ]);
  await until(async () => (await service('Main')).deployments!.length === 1);
  expect(await service('Main')).toMatchObject({ runningCount: 1, taskDefinition: next });
  const order = events.filter((event) => ['RUNNING', 'STOPPED'].includes(String(event.detail.lastStatus)));
  expect(order.map((event) => [event.resources[0] === before, event.detail.lastStatus])).toEqual([
    [true, 'RUNNING'],
    [false, 'RUNNING'],
    [true, 'STOPPED'],
  ]);
  // Not the first one, which came with the service.
  const { deployments, serviceArn } = await service('Main');
  expect(deployed).toEqual([{ serviceArn, deploymentId: deployments![0]!.id }]);
});

test('a world that starts again has its services running and its lost tasks stopped', async () => {
  define('serve:1');
  ecs.createService({ cluster: 'retool', serviceName: 'Main', taskDefinition: 'serve', desiredCount: 1 });
  const { tasks } = await run({ taskDefinition: 'serve' });
  await until(async () => (await taskOf(tasks![0]!.taskArn)).lastStatus === 'RUNNING');
  await shut();
  expect(processes.running()).toEqual([]);

  await serve();
  define('serve:1');
  ecs.createService({ cluster: 'retool', serviceName: 'Main', taskDefinition: 'serve', desiredCount: 5 });
  await until(async () => (await service('Main')).runningCount === 1);
  expect(await service('Main')).toMatchObject({ desiredCount: 1, taskDefinition: arn('task-definition/serve:1') });
  expect(await taskOf(tasks![0]!.taskArn)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TerminationNotice' });
});

test('task definitions are found by family, revision and ARN, and answered whole', async () => {
  const register = () =>
    client.send(
      new RegisterTaskDefinitionCommand({
        family: 'retool',
        containerDefinitions: [
          { name: 'retool', image: 'tryretool/backend:3.1', environment: [{ name: 'ENCRYPTION_KEY', value: 'k' }] },
        ],
      }),
    );
  await register();
  await register();
  const find = async (taskDefinition: string) =>
    (await client.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition!;
  expect(await find('retool')).toMatchObject({ revision: 2, status: 'ACTIVE' });
  expect((await find('retool:1')).containerDefinitions![0]!.environment).toEqual([
    { name: 'ENCRYPTION_KEY', value: 'k' },
  ]);
  expect(await find(arn('task-definition/retool:1'))).toMatchObject({ revision: 1 });
  await expect(find('retool:3')).rejects.toMatchObject({ name: 'ClientException' });
});

test('services are listed in pages, and what is missing is a failure, not an error', async () => {
  define('serve:1');
  for (let n = 0; n < 12; n += 1) {
    ecs.createService({ cluster: 'retool', serviceName: `S${n}`, taskDefinition: 'serve', desiredCount: 0 });
  }
  const first = await client.send(new ListServicesCommand({ cluster: 'retool' }));
  const second = await client.send(new ListServicesCommand({ cluster: 'retool', nextToken: first.nextToken }));
  expect([first.serviceArns!.length, second.serviceArns!.length, second.nextToken]).toEqual([10, 2, undefined]);

  const found = await client.send(new DescribeServicesCommand({ cluster: 'retool', services: ['S1', 'S99'] }));
  expect(found).toMatchObject({
    services: [{ serviceName: 'S1' }],
    failures: [{ arn: arn('service/retool/S99'), reason: 'MISSING' }],
  });
  const clusters = await client.send(new DescribeClustersCommand({ clusters: ['retool', 'none'] }));
  expect(clusters).toMatchObject({ clusters: [{ activeServicesCount: 12 }], failures: [{ reason: 'MISSING' }] });
  await expect(client.send(new ListServicesCommand({ cluster: 'none' }))).rejects.toMatchObject({
    name: 'ClusterNotFoundException',
  });
  await expect(
    client.send(new UpdateServiceCommand({ cluster: 'retool', service: 'none', desiredCount: 1 })),
  ).rejects.toMatchObject({ name: 'ServiceNotFoundException' });
});

test('a caller without permission starts nothing, and passing a role is a permission of its own', async () => {
  define('worker:1');
  denied = 'iam:PassRole';
  await expect(run({})).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(asked).toEqual([
    `ecs:RunTask ${arn('task-definition/worker:1')} ${arn('cluster/retool')}`,
    `iam:PassRole ${role} ecs-tasks.amazonaws.com`,
  ]);
  expect(events).toEqual([]);
});

test('a task definition is registered by who may register its family, and may hand over its roles', async () => {
  const register = () =>
    client.send(
      new RegisterTaskDefinitionCommand({
        family: 'mine',
        executionRoleArn: role,
        containerDefinitions: [{ name: 'main', image: 'main' }],
      }),
    );
  denied = 'iam:PassRole';
  await expect(register()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(asked).toEqual([
    `ecs:RegisterTaskDefinition ${arn('task-definition/mine:*')}`,
    `iam:PassRole ${role} ecs-tasks.amazonaws.com`,
  ]);
});
