import { get } from 'node:https';
import {
  ApiException,
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  type KubeConfig,
  KubernetesObjectApi,
  VersionApi,
} from '@kubernetes/client-node';
import { startTestKubernetes, type TestKubernetes, WORKER } from './cluster.ts';

let cluster: TestKubernetes;

beforeAll(async () => {
  cluster = await startTestKubernetes();
  const rbac = 'rbac.authorization.k8s.io/v1';
  cluster.kubernetes.apply({
    apiVersion: rbac,
    kind: 'Role',
    metadata: { name: 'restore', namespace: 'passage' },
    rules: [
      { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['encryption-key'] },
    ],
  });
  cluster.kubernetes.apply({
    apiVersion: rbac,
    kind: 'RoleBinding',
    metadata: { name: 'restore', namespace: 'passage' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'restore' },
    subjects: [{ kind: 'Group', name: 'passage:restore' }],
  });
  cluster.kubernetes.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'encryption-key', namespace: 'passage' },
    data: { key: Buffer.from('k').toString('base64') },
  });
  cluster.entries.push({ principalArn: WORKER, kubernetesGroups: ['passage:restore'] });
});

afterAll(() => cluster.close());

const version = (config: KubeConfig) => config.makeApiClient(VersionApi).getCode();
const status = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (caught) => caught,
  );
  if (!(error instanceof ApiException)) throw error ?? new Error('the call succeeded');
  // The client drops the body of a 401.
  return { code: error.code, ...(error.body ? JSON.parse(String(error.body)) : {}) };
};

test('the unmodified client talks to the cluster over TLS with a token of its role', async () => {
  expect(await version(await cluster.connect())).toMatchObject({ major: '1', minor: '33' });
});

test.each<[string, () => Promise<string>]>([
  ['that is no EKS token', async () => 'eyJhbGciOi'],
  ['for another cluster', async () => cluster.token(cluster.keysOf(WORKER), { cluster: 'other' })],
  ['of another service', async () => cluster.token(cluster.keysOf(WORKER), { host: 'sts.example.com' })],
  [
    'that is older than a quarter of an hour',
    async () => cluster.token(cluster.keysOf(WORKER), { signedAt: cluster.clock.now() - 901_000 }),
  ],
  ['from the future', async () => cluster.token(cluster.keysOf(WORKER), { signedAt: cluster.clock.now() + 901_000 })],
  ['with a forged signature', async () => cluster.token({ ...cluster.keysOf(WORKER), secretAccessKey: 'guessed' })],
  [
    'of a role without access entry',
    async () => cluster.token(cluster.keysOf('arn:aws:iam::123456789012:role/Stranger')),
  ],
])('a token %s is 401', async (_, token) => {
  expect(await status(version(cluster.connectWith(await token())))).toEqual({ code: 401 });
});

test('a role may do what the Roles bound to its groups allow, and nothing else', async () => {
  const config = await cluster.connect(WORKER);
  const batch = config.makeApiClient(BatchV1Api);
  const core = config.makeApiClient(CoreV1Api);
  expect((await batch.listNamespacedJob({ namespace: 'passage' })).items).toEqual([]);
  expect((await core.readNamespacedSecret({ namespace: 'passage', name: 'encryption-key' })).data).toEqual({
    key: 'aw==',
  });

  expect(await status(batch.deleteNamespacedJob({ namespace: 'passage', name: 'restore' }))).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message: `jobs.batch "restore" is forbidden: User "arn:aws:sts::123456789012:assumed-role/Worker/session" cannot delete resource "jobs" in API group "batch" in the namespace "passage"`,
    details: { kind: 'jobs', group: 'batch', name: 'restore' },
  });
  expect(await status(core.readNamespacedSecret({ namespace: 'passage', name: 'database' }))).toMatchObject({
    code: 403,
  });
  expect(await status(core.listNamespacedSecret({ namespace: 'passage' }))).toMatchObject({ code: 403 });
  expect(await status(core.listNamespacedPod({ namespace: 'passage' }))).toMatchObject({ code: 403 });
  expect(await status(batch.listNamespacedJob({ namespace: 'default' }))).toMatchObject({ code: 403 });
  expect(await status(batch.listJobForAllNamespaces())).toMatchObject({
    code: 403,
    message: expect.stringContaining('at the cluster scope'),
  });
  // The permission to read logs is not one to read pods, and the other way round; the pod is looked for after that.
  expect(await status(core.readNamespacedPodLog({ namespace: 'passage', name: 'none' }))).toMatchObject({ code: 404 });
});

test('nobody acts as somebody else: it is refused, not taken for nothing', async () => {
  const config = await cluster.connect();
  const ca = Buffer.from(config.getCurrentCluster()?.caData ?? '', 'base64');
  const headers = { authorization: `Bearer ${config.getCurrentUser()?.token}`, 'impersonate-user': 'somebody' };
  const answer = await new Promise<number | undefined>((resolve, reject) =>
    get(`${config.getCurrentCluster()?.server}/version`, { ca, headers }, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode);
    }).on('error', reject),
  );
  expect(answer).toBe(400);
});

test('what is not there is told with a Status', async () => {
  const config = await cluster.connect();
  expect(
    await status(config.makeApiClient(AppsV1Api).readNamespacedDeployment({ namespace: 'passage', name: 'retool' })),
  ).toMatchObject({
    code: 404,
    reason: 'NotFound',
    message: 'deployments.apps "retool" not found',
    details: { name: 'retool', group: 'apps', kind: 'deployments' },
  });
  const job = {
    metadata: { name: 'job' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } } },
  };
  expect(
    await status(config.makeApiClient(BatchV1Api).createNamespacedJob({ namespace: 'none', body: job })),
  ).toMatchObject({
    code: 404,
    message: 'namespaces "none" not found',
  });
});

test('a client that learns the kinds from the cluster finds an object by kind and name', async () => {
  const objects = KubernetesObjectApi.makeApiClient(await cluster.connect());
  const found = await objects.read({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'encryption-key', namespace: 'passage' },
  });
  expect(found).toMatchObject({ kind: 'Secret', metadata: { name: 'encryption-key' } });
});
