import { BatchV1Api, CoreV1Api, type V1Job, type V1JobSpec } from '@kubernetes/client-node';
import { until } from '../../support/until.ts';
import { startTestKubernetes, type TestKubernetes } from './cluster.ts';

const namespace = 'passage';
let cluster: TestKubernetes;
let batch: BatchV1Api;
let core: CoreV1Api;

beforeEach(async () => {
  cluster = await startTestKubernetes();
  cluster.kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  cluster.kubernetes.start();
  await connect();
});

afterEach(() => cluster.close());

async function connect(): Promise<void> {
  const config = await cluster.connect();
  batch = config.makeApiClient(BatchV1Api);
  core = config.makeApiClient(CoreV1Api);
}

const create = (image: string, spec: Partial<V1JobSpec> = {}, container: object = {}, pod: object = {}) =>
  batch.createNamespacedJob({
    namespace,
    body: {
      metadata: { name: 'restore', labels: { run: '7' } },
      spec: {
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'worker', image, ...container }], ...pod } },
        ...spec,
      },
    },
  });
const job = () => batch.readNamespacedJob({ namespace, name: 'restore' });
const pods = async () => (await core.listNamespacedPod({ namespace, labelSelector: 'job-name=restore' })).items;
const ended = () =>
  until(async () => {
    const found = await job();
    return found.status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed') ? found : undefined;
  });
const conditions = ({ status }: V1Job) => status?.conditions?.map(({ type, status, reason }) => [type, status, reason]);
const running = () => until(async () => (await pods()).find(({ status }) => status?.phase === 'Running'));

test('a job runs its pod to the end and is complete', async () => {
  const created = await create(
    'worker:1',
    {},
    { args: ['restore', '$(TABLE)'], env: [{ name: 'TABLE', value: 'pages' }] },
    { serviceAccountName: 'restore' },
  );
  expect(created).toMatchObject({ kind: 'Job', spec: { backoffLimit: 6, completions: 1, parallelism: 1 } });
  expect(created.metadata!.creationTimestamp).toEqual(new Date(cluster.clock.now()));
  const done = await ended();
  expect(conditions(done)).toEqual([
    ['SuccessCriteriaMet', 'True', 'CompletionsReached'],
    ['Complete', 'True', 'CompletionsReached'],
  ]);
  expect(done.status).toMatchObject({ succeeded: 1, completionTime: new Date(cluster.clock.now()) });
  const [pod] = await pods();
  expect(pod!.metadata!.name).toMatch(/^restore-[a-z0-9]{5}$/);
  expect(pod!.status).toMatchObject({
    phase: 'Succeeded',
    containerStatuses: [
      { name: 'worker', restartCount: 0, state: { terminated: { exitCode: 0, reason: 'Completed' } } },
    ],
  });
  const log = JSON.parse(await core.readNamespacedPodLog({ namespace, name: pod!.metadata!.name! }));
  expect(log).toMatchObject({
    argv: ['restore', 'pages'],
    env: {
      TABLE: 'pages',
      IMAGE: 'worker:1',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'passage/restore',
      AWS_SESSION_TOKEN: pod!.metadata!.name,
    },
  });
});

test('a second job of the same name is a conflict', async () => {
  await create('sleep:1');
  await expect(create('sleep:1')).rejects.toMatchObject({
    code: 409,
    body: expect.stringContaining('"reason":"AlreadyExists"'),
  });
});

test('a job that fails is tried again, later and later, until its backoff limit', async () => {
  await create('worker:1', { backoffLimit: 2 }, { env: [{ name: 'EXIT', value: '7' }] });
  for (const [failed, wait] of [
    [1, 10_000],
    [2, 20_000],
  ] as const) {
    await until(async () => (await job()).status?.failed === failed);
    await cluster.clock.advance(wait - 1_000);
    expect(await pods()).toHaveLength(failed);
    await cluster.clock.advance(1_000);
  }
  const failed = await ended();
  expect(conditions(failed)).toEqual([
    ['FailureTarget', 'True', 'BackoffLimitExceeded'],
    ['Failed', 'True', 'BackoffLimitExceeded'],
  ]);
  expect(failed.status).toMatchObject({ failed: 3 });
  expect((await pods()).map(({ status }) => status!.containerStatuses![0]!.state!.terminated!.exitCode)).toEqual([
    7, 7, 7,
  ]);
});

test('a job past its deadline fails, and its pod is gone with its log', async () => {
  await create('sleep:1', { activeDeadlineSeconds: 60 });
  const pod = await running();
  await until(async () => (await core.readNamespacedPodLog({ namespace, name: pod.metadata!.name! })).includes('up'));
  await cluster.clock.advance(59_000);
  expect((await job()).status).toMatchObject({ active: 1, ready: 1 });
  await cluster.clock.advance(1_000);
  expect(conditions(await ended())).toEqual([
    ['FailureTarget', 'True', 'DeadlineExceeded'],
    ['Failed', 'True', 'DeadlineExceeded'],
  ]);
  await until(async () => (await pods()).length === 0);
  await expect(core.readNamespacedPodLog({ namespace, name: pod.metadata!.name! })).rejects.toMatchObject({
    code: 404,
  });
});

test('a finished job goes when its time to live is over', async () => {
  await create('worker:1', { ttlSecondsAfterFinished: 100 });
  await ended();
  await cluster.clock.advance(99_000);
  // A presigned URL of a minute has expired meanwhile.
  await connect();
  await job();
  await cluster.clock.advance(1_000);
  await until(async () => (await pods()).length === 0);
  await expect(job()).rejects.toMatchObject({ code: 404 });
});

test('a job deleted in the foreground stays until its pod has ended', async () => {
  await create('sleep:1');
  const pod = await running();
  await until(async () => (await core.readNamespacedPodLog({ namespace, name: pod.metadata!.name! })).includes('up'));
  const before = (await job()).metadata!.deletionTimestamp;
  await batch.deleteNamespacedJob({ namespace, name: 'restore', propagationPolicy: 'Foreground' });
  expect(before).toBeUndefined();
  await until(() =>
    job().then(
      () => false,
      ({ code }) => code === 404,
    ),
  );
  expect(await pods()).toEqual([]);
  expect(cluster.processes.running()).toEqual([]);
});

test('a job deleted without a policy leaves its pod running, as the REST API of batch/v1 does', async () => {
  await create('sleep:1');
  await running();
  await batch.deleteNamespacedJob({ namespace, name: 'restore' });
  await expect(job()).rejects.toMatchObject({ code: 404 });
  await cluster.clock.advance(1_000);
  const [orphan] = await pods();
  expect(orphan!.status!.phase).toBe('Running');
  expect(orphan!.metadata!.ownerReferences ?? []).toEqual([]);
  await core.deleteNamespacedPod({ namespace, name: orphan!.metadata!.name! });
  await until(async () => (await pods()).length === 0);
});

test('a job deleted in the background takes its pod with it', async () => {
  await create('sleep:1');
  await running();
  await batch.deleteNamespacedJob({ namespace, name: 'restore', propagationPolicy: 'Background' });
  await until(async () => (await pods()).length === 0);
  expect(cluster.processes.running()).toEqual([]);
});

test('a pod that cannot start waits and says why', async () => {
  await create('absent:1', {}, { env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'late', key: 'k' } } }] });
  const waiting = async () => (await pods())[0]?.status?.containerStatuses?.[0]?.state?.waiting;
  await until(async () => (await waiting())?.reason === 'ErrImagePull');
  expect((await waiting())!.message).toContain('absent:1');
  await expect(
    core.readNamespacedPodLog({ namespace, name: (await pods())[0]!.metadata!.name! }),
  ).rejects.toMatchObject({ code: 400 });
});

test('a pod waits for a secret that comes later', async () => {
  await create('worker:1', {}, { env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'late', key: 'k' } } }] });
  const waiting = async () => (await pods())[0]?.status?.containerStatuses?.[0]?.state?.waiting;
  await until(async () => (await waiting())?.reason === 'CreateContainerConfigError');
  expect((await waiting())!.message).toBe('secret "late" not found');
  cluster.kubernetes.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'late', namespace },
    data: { k: 'MQ==' },
  });
  await cluster.clock.advance(10_000);
  await ended();
  const log = await core.readNamespacedPodLog({ namespace, name: (await pods())[0]!.metadata!.name! });
  expect(JSON.parse(log).env.K).toBe('1');
});

test('a log can be cut to its last lines and to a number of bytes', async () => {
  await create('worker:1', {}, { command: ['sh', '-c', 'echo one; echo two; echo three'] });
  await ended();
  const name = (await pods())[0]!.metadata!.name!;
  expect(await core.readNamespacedPodLog({ namespace, name, tailLines: 2 })).toBe('two\nthree\n');
  expect(await core.readNamespacedPodLog({ namespace, name, limitBytes: 5 })).toBe('one\nt');
  await expect(core.readNamespacedPodLog({ namespace, name, container: 'other' })).rejects.toMatchObject({ code: 400 });
});

test('jobs are listed by their labels', async () => {
  await create('worker:1');
  const list = async (labelSelector: string) =>
    (await batch.listNamespacedJob({ namespace, labelSelector })).items.length;
  expect(
    await Promise.all(['run=7', 'run in (6, 7)', 'run,!other', 'run!=7', 'run=8', 'run notin (7)'].map(list)),
  ).toEqual([1, 1, 1, 0, 0, 0]);
  await ended();
});

test('a job whose pod was lost with the world has failed, and is tried again after the restart', async () => {
  await create('sleep:1', { backoffLimit: 1 });
  await running();
  await cluster.restart();
  await connect();
  expect((await pods())[0]!.status).toMatchObject({ phase: 'Failed', reason: 'NodeShutdown' });
  cluster.kubernetes.start();
  await running();
  expect((await job()).status).toMatchObject({ failed: 1 });
});

test('a job that could never run is refused', async () => {
  await expect(create('worker:1', {}, {}, { restartPolicy: 'Always' })).rejects.toMatchObject({
    code: 422,
    body: expect.stringContaining('Invalid'),
  });
});

test('a pod waits until there is a node that it selects, and says so', async () => {
  const node = (name: string, architecture: string, spec: object = {}) =>
    cluster.kubernetes.apply({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/arch': architecture } },
      spec,
    });
  node('arm', 'arm64');
  node('cordoned', 'amd64', { unschedulable: true });
  node('kept', 'amd64', { taints: [{ key: 'team', value: 'data', effect: 'NoSchedule' }] });
  await create('worker:1', {}, {}, { nodeSelector: { 'kubernetes.io/arch': 'amd64' } });
  const waiting = await until(async () =>
    (await pods()).find(({ status }) => status?.conditions?.some(({ reason }) => reason === 'Unschedulable')),
  );
  expect(waiting.status?.phase).toBe('Pending');
  expect(waiting.status?.conditions?.[0]?.message).toMatch(/^0\/3 nodes are available/);
  node('managed', 'amd64', { taints: [{ key: 'spot', effect: 'PreferNoSchedule' }] });
  expect((await ended()).status?.succeeded).toBe(1);
  expect((await pods())[0]?.spec?.nodeName).toBe('managed');
});

test('a pod runs on a tainted node that it tolerates', async () => {
  const taints = [{ key: 'team', value: 'data', effect: 'NoSchedule' }];
  cluster.kubernetes.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'kept' }, spec: { taints } });
  await create('worker:1', {}, {}, { tolerations: [{ key: 'team', operator: 'Equal', value: 'data' }] });
  expect((await ended()).status?.succeeded).toBe(1);
  expect((await pods())[0]?.spec?.nodeName).toBe('kept');
});
