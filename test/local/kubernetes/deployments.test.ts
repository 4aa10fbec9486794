import { AppsV1Api, CoreV1Api, NetworkingV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { until } from '../../support/until.ts';
import { startTestKubernetes, type TestKubernetes } from './cluster.ts';

const namespace = 'retool';
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
let cluster: TestKubernetes;
let apps: AppsV1Api;
let core: CoreV1Api;
let networking: NetworkingV1Api;

beforeEach(async () => {
  cluster = await startTestKubernetes();
  await connect();
});

afterEach(() => cluster.close());

async function connect(): Promise<void> {
  const config = await cluster.connect();
  apps = config.makeApiClient(AppsV1Api);
  core = config.makeApiClient(CoreV1Api);
  networking = config.makeApiClient(NetworkingV1Api);
}

function deploy(replicas: number, env: object[] = [], strategy?: object): void {
  cluster.kubernetes.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'retool', namespace, labels: { tier: 'web' } },
    spec: {
      replicas,
      ...(strategy ? { strategy } : {}),
      selector: { matchLabels: { app: 'retool' } },
      template: {
        metadata: { labels: { app: 'retool', 'telemetry.retool.com/service-name': 'main-backend' } },
        spec: {
          containers: [
            {
              name: 'main-backend',
              image: 'web:1',
              env,
              ports: [{ name: 'http', containerPort: 3000 }],
              readinessProbe: { httpGet: { path: '/api/checkHealth', port: 'http' }, periodSeconds: 2 },
            },
          ],
        },
      },
    },
  });
  cluster.kubernetes.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'retool', namespace },
    spec: { selector: { app: 'retool' }, ports: [{ port: 3000, targetPort: 3000 }] },
  });
  cluster.kubernetes.start();
}

const deployment = () => apps.readNamespacedDeployment({ namespace, name: 'retool' });
const pods = async () => (await core.listNamespacedPod({ namespace, labelSelector: 'app=retool' })).items;
/** Lets probes happen until the deployment has so many ready pods and no others. */
const settled = (replicas: number) =>
  until(async () => {
    await cluster.clock.advance(2_000);
    const { status } = await deployment();
    return (
      (status?.readyReplicas ?? 0) === replicas &&
      (status?.replicas ?? 0) === replicas &&
      (await pods()).length === replicas
    );
  });

test('a deployment has as many pods as it should, ready when their probe is answered', async () => {
  deploy(2, [{ name: 'NAME', value: 'target' }]);
  await settled(2);
  expect((await deployment()).status).toMatchObject({
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    conditions: [
      { type: 'Available', status: 'True' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ],
  });
  const addresses = cluster.kubernetes.addresses(namespace, 'retool');
  expect(new Set(addresses).size).toBe(2);
  for (const address of addresses) expect(await (await fetch(`http://${address}/`)).text()).toBe('target');
});

test('a pod whose probe fails runs but is not ready, and no service leads to it', async () => {
  deploy(1, [{ name: 'BROKEN', value: '1' }]);
  await until(async () => (await pods())[0]?.status?.phase === 'Running');
  const { name = '' } = (await pods())[0]!.metadata!;
  const probes = async () =>
    (await core.readNamespacedPodLog({ namespace, name })).split('/api/checkHealth').length - 1;
  // The next one is sent when the one before has been judged.
  await until(async () => {
    await cluster.clock.advance(2_000);
    return (await probes()) > 2;
  });
  expect((await deployment()).status).toMatchObject({ replicas: 1, unavailableReplicas: 1 });
  expect(cluster.kubernetes.addresses(namespace, 'retool')).toEqual([]);
});

test('scaling by JSON patch, as merge patch and by replacing the scale starts and ends pods', async () => {
  deploy(0);
  expect(await apps.readNamespacedDeploymentScale({ namespace, name: 'retool' })).toMatchObject({
    kind: 'Scale',
    spec: { replicas: 0 },
    status: { replicas: 0, selector: 'app=retool' },
  });
  await apps.patchNamespacedDeploymentScale({
    namespace,
    name: 'retool',
    body: [{ op: 'replace', path: '/spec/replicas', value: 1 }],
  });
  await settled(1);
  await apps.patchNamespacedDeployment({ namespace, name: 'retool', body: { spec: { replicas: 2 } } }, merge);
  await settled(2);
  const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'retool' });
  await apps.replaceNamespacedDeploymentScale({ namespace, name: 'retool', body: { ...scale, spec: { replicas: 0 } } });
  await settled(0);
  expect(cluster.processes.running()).toEqual([]);
  await expect(
    apps.replaceNamespacedDeploymentScale({ namespace, name: 'retool', body: { ...scale, spec: { replicas: 1 } } }),
  ).rejects.toMatchObject({ code: 409, body: expect.stringContaining('"reason":"Conflict"') });
});

test('a new template replaces the pods, the old ones only when the new ones are ready', async () => {
  deploy(1, [{ name: 'NAME', value: 'old' }]);
  await settled(1);
  const [before] = await pods();
  const container = { name: 'main-backend', env: [{ name: 'NAME', value: 'new' }] };
  await apps.patchNamespacedDeployment(
    { namespace, name: 'retool', body: { spec: { template: { spec: { containers: [container] } } } } },
    strategic,
  );
  await until(async () => (await pods()).length === 2);
  expect(
    (await pods()).find(({ metadata }) => metadata!.uid === before!.metadata!.uid)!.metadata!.deletionTimestamp,
  ).toBeUndefined();
  await settled(1);
  expect((await pods())[0]!.metadata!.uid).not.toBe(before!.metadata!.uid);
  expect(await (await fetch(`http://${cluster.kubernetes.addresses(namespace, 'retool')[0]}/`)).text()).toBe('new');
  expect((await deployment()).spec!.template.spec!.containers[0]).toMatchObject({
    image: 'web:1',
    env: [{ name: 'NAME', value: 'new' }],
  });
});

test('a deployment that recreates never runs old and new pods side by side', async () => {
  deploy(1, [{ name: 'NAME', value: 'old' }], { type: 'Recreate' });
  await settled(1);
  const { processes } = cluster;
  const start = processes.start;
  const besides: number[] = [];
  processes.start = (request) => {
    besides.push(processes.running().length);
    return start(request);
  };
  await apps.patchNamespacedDeployment({
    namespace,
    name: 'retool',
    body: [{ op: 'replace', path: '/spec/template/spec/containers/0/env/0/value', value: 'new' }],
  });
  await until(async () => {
    await cluster.clock.advance(2_000);
    const [address] = cluster.kubernetes.addresses(namespace, 'retool');
    return address && (await (await fetch(`http://${address}/`)).text()) === 'new';
  });
  expect(besides).toEqual([0]);
});

test('a deleted pod is replaced', async () => {
  deploy(1);
  await settled(1);
  const [before] = await pods();
  const [address] = cluster.kubernetes.addresses(namespace, 'retool');
  await core.deleteNamespacedPod({ namespace, name: before!.metadata!.name! });
  expect(cluster.kubernetes.addresses(namespace, 'retool')).not.toContain(address);
  await until(async () => (await pods()).every(({ metadata }) => metadata!.uid !== before!.metadata!.uid));
  await settled(1);
});

test('deployments start again with the world', async () => {
  deploy(1);
  await settled(1);
  await cluster.restart();
  expect(cluster.processes.running()).toEqual([]);
  cluster.kubernetes.start();
  await connect();
  await settled(1);
});

test('secrets reach the pods as variables and never their specification', async () => {
  cluster.kubernetes.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'key', namespace },
    data: { key: 'c2VjcmV0' },
  });
  deploy(1, [{ name: 'NAME', valueFrom: { secretKeyRef: { name: 'key', key: 'key' } } }]);
  await settled(1);
  const [address] = cluster.kubernetes.addresses(namespace, 'retool');
  expect(await (await fetch(`http://${address}/`)).text()).toBe('secret');
  expect(JSON.stringify(await pods())).not.toContain('"secret"');
});

test('an ingress is patched by JSON patch and as merge patch, and a stale write is a conflict', async () => {
  cluster.kubernetes.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'retool', namespace, annotations: { keep: 'me' } },
    spec: {
      rules: [
        {
          host: 'retool.acme.example',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'retool', port: { number: 3000 } } } },
            ],
          },
        },
      ],
    },
  });
  cluster.kubernetes.publishIngress(namespace, 'retool', 'acme-eks-2.eu-west-1.elb.amazonaws.com');
  const before = await networking.readNamespacedIngress({ namespace, name: 'retool' });
  expect(before.status!.loadBalancer!.ingress![0]!.hostname).toBe('acme-eks-2.eu-west-1.elb.amazonaws.com');
  await networking.patchNamespacedIngress({
    namespace,
    name: 'retool',
    body: [
      { op: 'test', path: '/spec/rules/0/http/paths/0/backend/service/name', value: 'retool' },
      { op: 'add', path: '/metadata/annotations/alb.ingress.kubernetes.io~1actions.gate', value: '{}' },
      {
        op: 'replace',
        path: '/spec/rules/0/http/paths/0/backend',
        value: { service: { name: 'gate', port: { name: 'use-annotation' } } },
      },
    ],
  });
  await networking.patchNamespacedIngress(
    { namespace, name: 'retool', body: { metadata: { annotations: { keep: null, more: '1' } } } },
    merge,
  );
  const after = await networking.readNamespacedIngress({ namespace, name: 'retool' });
  expect(after.metadata!.annotations).toEqual({ 'alb.ingress.kubernetes.io/actions.gate': '{}', more: '1' });
  expect(after.spec!.rules![0]!.http!.paths[0]!.backend.service).toEqual({
    name: 'gate',
    port: { name: 'use-annotation' },
  });
  expect(after.metadata!.generation).toBe(2);
  expect(after.status).toEqual(before.status);

  await expect(
    networking.patchNamespacedIngress({
      namespace,
      name: 'retool',
      body: [{ op: 'test', path: '/spec/rules/0/host', value: 'other' }],
    }),
  ).rejects.toMatchObject({ code: 422 });
  await expect(networking.replaceNamespacedIngress({ namespace, name: 'retool', body: before })).rejects.toMatchObject({
    code: 409,
  });
});
