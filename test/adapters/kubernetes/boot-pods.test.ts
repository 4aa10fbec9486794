import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CoreV1Api, type V1PodSpec } from '@kubernetes/client-node';
import { type BootPods, bootPodsOver } from '../../../lib/adapters/kubernetes/boot-pods.ts';
import { judgeBoot } from '../../../lib/domain/boot.ts';
import { BOOT_POD, type BootPod, bootPod } from '../../../lib/domain/boot-pod.ts';
import { rbacFor } from '../../../lib/kubernetes/rbac.ts';
import { startTestKubernetes, type TestKubernetes, WORKER } from '../../local/kubernetes/cluster.ts';
import { until } from '../../support/until.ts';

type Manifest = Parameters<TestKubernetes['kubernetes']['apply']>[0];

/** What the application's image does, by a line of JavaScript. */
const images: Readonly<Record<string, string>> = {
  'backend:1': `console.log("Database migrations are up to date."); require("node:http").createServer((asked, answered) => {
    answered.writeHead(asked.url === "/none" ? 404 : 200, { "content-type": "application/json" });
    answered.end(JSON.stringify({ status: "HEALTHY", host: asked.headers.host, database: process.env.POSTGRES_DB,
      authorization: asked.headers.authorization, length: Number(asked.headers["content-length"] ?? 0) })); })
    .listen(Number(process.env.PORT), "127.0.0.1")`,
  'crash:1': 'console.log("SequelizeDatabaseError: must be owner of table resources"); process.exit(1)',
  'greedy:1': 'const held = [Buffer.alloc(300e6, 1)]; setInterval(() => held.length, 1000); console.log("up")',
};

let cluster: TestKubernetes;
let pods: BootPods;
let core: CoreV1Api;

beforeEach(async () => {
  cluster = await startTestKubernetes({
    resolveImage(image) {
      const script = images[image];
      if (!script) throw new Error(`failed to resolve reference "${image}"`);
      return { command: [process.execPath, '-e', script], cwd: process.cwd(), env: {} };
    },
  });
  cluster.entries = [...cluster.entries, { principalArn: WORKER, kubernetesGroups: ['passage:boot'] }];
  for (const item of rbacFor('retool').items as Manifest[]) cluster.kubernetes.apply(item);
  deploy('backend:1');
  cluster.kubernetes.start();
  pods = bootPodsOver(() => cluster.connect(WORKER), 'retool');
  core = (await cluster.connect()).makeApiClient(CoreV1Api);
});

afterEach(() => cluster.close());

const labels = { app: 'retool', 'telemetry.retool.com/service-name': 'main-backend' };
function deploy(image: string, memory = '1Gi'): void {
  cluster.kubernetes.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'retool', namespace: 'retool' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'retool' } },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'main-backend',
              image,
              resources: { limits: { memory } },
              env: [
                { name: 'SERVICE_TYPE', value: 'MAIN_BACKEND' },
                { name: 'POSTGRES_DB', value: 'retool' },
              ],
              ports: [{ containerPort: 3000 }],
              readinessProbe: { httpGet: { path: '/api/checkHealth', port: 3000 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  });
  cluster.kubernetes.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'retool', namespace: 'retool' },
    spec: { selector: { app: 'retool' }, ports: [{ port: 3000 }] },
  });
}

async function made(run = 'autumn'): Promise<BootPod<V1PodSpec>> {
  const { deployment, template } = await pods.template();
  expect(deployment).toBe('retool');
  const pod = bootPod(template, {
    migration: 'acme-retool',
    run,
    database: `passage_${run}`,
    previewName: 'preview.retool.acme.example.com',
    license: null,
    names: [],
  });
  if ('refusal' in pod) throw new Error(pod.refusal);
  return pod;
}
async function judged() {
  const pod = await pods.find();
  return judgeBoot(pod, pod ? await pods.log(pod.container) : '', cluster.clock.now());
}
/** Until the boot has come to an end of whatever kind, as time passes for the cluster. */
async function came() {
  await until(async () => {
    await cluster.clock.advance(1000);
    const now = await judged();
    return now.kind === 'healthy' || now.error !== 'BootNotReady';
  });
  return judged();
}

test('a backend is booted from the deployment, asked, measured and removed, with the rights of the RBAC file alone', async () => {
  expect(await pods.create(await made())).toBeNull();
  expect(await came()).toMatchObject({
    kind: 'healthy',
    pod: { name: BOOT_POD, container: 'main-backend', port: 3000 },
  });
  expect(await pods.log('main-backend')).toContain('Database migrations are up to date.');
  const asked = await pods.ask(3000, {
    method: 'POST',
    path: '/api/v2/things',
    host: 'preview.retool.acme.example.com',
    token: 'retool_token',
    body: { name: 'x'.repeat(100_000) },
  });
  // The application hears its own token, name and the whole body.
  expect({ ...asked, body: JSON.parse(asked.body) as unknown }).toEqual({
    status: 200,
    body: {
      status: 'HEALTHY',
      host: 'preview.retool.acme.example.com',
      database: 'passage_autumn',
      authorization: 'Bearer retool_token',
      length: 100_011,
    },
  });
  expect(await pods.ask(3000, { method: 'GET', path: '/none', host: 'x' })).toMatchObject({ status: 404 });
  const memory = await pods.memory();
  expect(process.platform !== 'linux' || ('bytes' in memory && memory.bytes > 10e6)).toBe(true);

  // The Service of the application sends nobody to it.
  expect(cluster.kubernetes.addresses('retool', 'retool')).toEqual([]);

  expect(await pods.remove('monday')).toBe(false);
  expect(await pods.find()).not.toBeNull();
  await until(async () => !(await pods.remove('autumn')));
  expect(await pods.find()).toBeNull();
  expect((await core.listNamespacedPod({ namespace: 'retool' })).items).toEqual([]);
  expect(await pods.memory()).toEqual({ because: expect.stringMatching(/no metrics server/) });
  expect(await pods.remove('autumn')).toBe(false);
});

test('a second creation is told whose pod is there', async () => {
  await pods.create(await made());
  expect(await pods.create(await made())).toBe('autumn');
  expect(await pods.create(await made('monday'))).toBe('autumn');
});

test('no other pod of the namespace may be read, reached or deleted', async () => {
  const worker = (await cluster.connect(WORKER)).makeApiClient(CoreV1Api);
  for (const attempt of [
    () => worker.readNamespacedPod({ name: 'retool-abc', namespace: 'retool' }),
    () => worker.deleteNamespacedPod({ name: 'retool-abc', namespace: 'retool' }),
    () => worker.listNamespacedPod({ namespace: 'retool' }),
    () => worker.readNamespacedPod({ name: BOOT_POD, namespace: 'default' }),
    () => worker.readNamespacedSecret({ name: 'encryption-key', namespace: 'retool' }),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: 403 });
  }
});

describe('a boot that fails', () => {
  test.each([
    [
      'a migration that fails',
      'crash:1',
      '1Gi',
      'MigrationFailed',
      /ended with 1 while it migrated .* must be owner of table resources/,
    ],
    [
      'an image that cannot be pulled',
      'elsewhere:1',
      '1Gi',
      'BootFailed',
      /Image elsewhere:1 cannot be pulled .* failed to resolve/,
    ],
  ] as const)('%s', async (_, image, memory, error, message) => {
    deploy(image, memory);
    await pods.create(await made());
    expect(await came()).toEqual({ kind: 'failed', error, message: expect.stringMatching(message) });
  });

  // Memory is seen by /proc, which is Linux'.
  (process.platform === 'linux' ? test : test.skip)('too little memory', async () => {
    deploy('greedy:1', '150Mi');
    await pods.create(await made());
    expect(await came()).toEqual({
      kind: 'failed',
      error: 'BootFailed',
      message: expect.stringMatching(/ran out of memory \(its limit is 150Mi\)/),
    });
  });

  test('a Secret that is not there, borne for a minute', async () => {
    const pod = await made();
    pod.spec.containers[0]!.env!.push({ name: 'X', valueFrom: { secretKeyRef: { name: 'none', key: 'x' } } });
    await pods.create(pod);
    await until(async () => /CreateContainerConfigError/.test(JSON.stringify(await judged())));
    expect(await judged()).toMatchObject({ error: 'BootNotReady' });
    expect(await came()).toMatchObject({ error: 'BootFailed', message: expect.stringMatching(/cannot be started/) });
  });

  test('somebody deletes it', async () => {
    await pods.create(await made());
    await core.deleteNamespacedPod({ name: BOOT_POD, namespace: 'retool', gracePeriodSeconds: 0 });
    await until(async () => (await pods.find()) === null);
    expect(await judged()).toMatchObject({ error: 'BootFailed', message: expect.stringMatching(/is gone/) });
  });
});

test('where Passage may not, it says so by the name of what is missing', async () => {
  cluster.entries = [{ principalArn: WORKER, kubernetesGroups: [] }];
  await expect(pods.template()).rejects.toMatchObject({
    name: 'TargetNotFound',
    message: expect.stringMatching(/RBAC/),
  });
  await expect(pods.find()).rejects.toMatchObject({ name: 'TargetNotFound' });
  await expect(pods.ask(3000, { method: 'GET', path: '/', host: 'x' })).rejects.toMatchObject({
    name: 'TargetNotFound',
    message: expect.stringMatching(/403/),
  });
  expect(await pods.memory()).toEqual({ because: expect.stringMatching(/RBAC/) });
});

test('nothing listens yet: the question fails and is asked again, it does not hang', async () => {
  await pods.create(await made());
  await came();
  await expect(pods.ask(1, { method: 'GET', path: '/', host: 'x' })).rejects.toMatchObject({
    name: 'ServiceUnavailable',
  });
});
