import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { survey } from '../../../lib/adapters/kubernetes/survey.ts';
import { rbacFor } from '../../../lib/kubernetes/rbac.ts';
import { startTestKubernetes, type TestKubernetes, WORKER } from '../../local/kubernetes/cluster.ts';

let cluster: TestKubernetes;
type Manifest = Parameters<TestKubernetes['kubernetes']['apply']>[0];

const deployment = (namespace: string, name: string, container: object, labels: object = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name, ...labels } }, spec: { containers: [container] } },
  },
});

beforeAll(async () => {
  cluster = await startTestKubernetes();
  for (const item of rbacFor('retool').items as Manifest[]) cluster.kubernetes.apply(item);
  const backend = {
    name: 'retool',
    image: 'tryretool/backend:3.148.5-stable',
    resources: { requests: { cpu: '500m', memory: '1.5Gi' }, limits: { cpu: '2', memory: '2G' } },
    env: [
      { name: 'BASE_DOMAIN', value: 'https://a' },
      { name: 'JWT_SECRET', valueFrom: { secretKeyRef: { name: 'jwt', key: 'secret' } } },
      { name: 'LOG_LEVEL', valueFrom: { configMapKeyRef: { name: 'logs', key: 'level' } } },
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ],
    envFrom: [{ secretRef: { name: 'extra-env-vars' } }],
  };
  const label = { 'telemetry.retool.com/service-name': 'main-backend', 'app.kubernetes.io/instance': 'blue' };
  const blue = deployment('retool', 'blue', backend, label);
  const annotations = { 'argocd.argoproj.io/tracking-id': 'tools:apps/Deployment:retool/blue' };
  cluster.kubernetes.apply({ ...blue, metadata: { ...blue.metadata, annotations } });
  // A chart from before the label.
  const older = {
    name: 'api',
    image: 'retool:3.1',
    env: [{ name: 'SERVICE_TYPE', value: 'MAIN_BACKEND,JOBS_RUNNER' }],
  };
  cluster.kubernetes.apply(deployment('staging', 'green', older));
  cluster.kubernetes.apply(deployment('tools', 'reloader', { name: 'r', image: 'ghcr.io/stakater/reloader:v1.4.1' }));
  cluster.kubernetes.apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'externalsecrets.external-secrets.io' },
    spec: {
      group: 'external-secrets.io',
      names: { plural: 'externalsecrets', kind: 'ExternalSecret' },
      scope: 'Namespaced',
    },
  });
});
afterAll(() => cluster.close());

/** A node as EKS makes it, but for what a test is about. */
const node = (name: string, spec: object, labels: object = {}, ready = 'True'): Manifest => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux', ...labels } },
  spec,
  status: {
    allocatable: { cpu: '3920m', memory: '15236096Ki', pods: '58' },
    conditions: [{ type: 'Ready', status: ready }],
  },
});

test('sees the application in every namespace, by its label or by SERVICE_TYPE, with what it asks for', async () => {
  cluster.entries.push({ principalArn: WORKER, kubernetesGroups: ['passage:reader'] });
  const seen = await survey(await cluster.connect(WORKER));
  expect(seen.version).toMatch(/^v1\.\d+/);
  expect(seen.apiGroups).toEqual(expect.arrayContaining(['apps', 'external-secrets.io']));
  expect(seen.deployments?.application).toMatchObject([
    {
      namespace: 'retool',
      name: 'blue',
      role: 'main-backend',
      release: 'blue',
      requests: { cpuMillis: 500, memoryMiB: 1536 },
      limits: { cpuMillis: 2000, memoryMiB: 1907 },
      environmentFrom: [{ kind: 'secret', name: 'extra-env-vars', prefix: '' }],
      keeper: { by: 'argo-cd', name: 'tools' },
    },
    { namespace: 'staging', name: 'green', role: 'main-backend', release: null, requests: { cpuMillis: null } },
  ]);
  expect([...(seen.deployments?.application[0]?.environment ?? [])]).toEqual([
    ['BASE_DOMAIN', { value: 'https://a' }],
    ['JWT_SECRET', { secret: { name: 'jwt', key: 'secret' } }],
    ['LOG_LEVEL', { from: 'config-map', reference: 'logs/level' }],
    ['POD_IP', { from: 'field' }],
  ]);
  expect(seen.deployments?.others).toEqual([{ name: 'tools/reloader', images: ['ghcr.io/stakater/reloader:v1.4.1'] }]);
});

test('without the right to list deployments everywhere, it says so and tells the rest', async () => {
  cluster.entries.splice(0, cluster.entries.length, { principalArn: WORKER, kubernetesGroups: ['passage:launcher'] });
  const seen = await survey(await cluster.connect(WORKER));
  expect(seen.deployments).toBeNull();
  expect(seen.nodes).toBeNull();
  expect(seen.apiGroups).toContain('external-secrets.io');
});

test('sees nodes with their kind, their room and whether any pod may go there', async () => {
  const { kubernetes, entries } = cluster;
  kubernetes.apply(node('managed', {}, { 'eks.amazonaws.com/nodegroup': 'blue' }));
  kubernetes.apply(node('graviton', {}, { 'kubernetes.io/arch': 'arm64', 'karpenter.sh/nodepool': 'any' }));
  kubernetes.apply(node('cordoned', { unschedulable: true }));
  kubernetes.apply(node('kept', { taints: [{ key: 'team', value: 'data', effect: 'NoSchedule' }] }));
  kubernetes.apply(node('preferred', { taints: [{ key: 'spot', effect: 'PreferNoSchedule' }] }));
  kubernetes.apply(node('gone', {}, { 'eks.amazonaws.com/compute-type': 'auto' }, 'Unknown'));
  entries.splice(0, entries.length, { principalArn: WORKER, kubernetesGroups: ['passage:reader'] });
  const seen = await survey(await cluster.connect(WORKER));
  expect(seen.nodes?.map(({ name, architecture, open, madeBy }) => [name, architecture, open, madeBy])).toEqual([
    ['managed', 'amd64', true, 'node-group'],
    ['graviton', 'arm64', true, 'karpenter'],
    ['cordoned', 'amd64', false, null],
    ['kept', 'amd64', false, null],
    ['preferred', 'amd64', true, null],
    ['gone', 'amd64', false, 'auto-mode'],
  ]);
  expect(seen.nodes?.[0]).toMatchObject({ os: 'linux', allocatable: { cpuMillis: 3920, memoryMiB: 14_879 } });
});

test('adds up what deployments ask for, and tells to which nodes their pods are held', async () => {
  const { kubernetes } = cluster;
  const label = { 'telemetry.retool.com/service-name': 'workflow-worker' };
  const container = { name: 'w', image: 'retool:3.1', resources: { requests: { cpu: '250m', memory: '1Gi' } } };
  const held = (name: string, pod: object): Manifest => {
    const { spec, ...rest } = deployment('retool', name, container, label);
    const { template } = spec as { template: { spec: object } };
    return {
      ...rest,
      spec: { ...(spec as object), replicas: 2, template: { ...template, spec: { ...template.spec, ...pod } } },
    };
  };
  const term = (...values: string[]) => ({
    matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values }],
  });
  const affinity = (...nodeSelectorTerms: object[]) => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
  const before = (await survey(await cluster.connect(WORKER))).deployments?.requested;
  kubernetes.apply(held('selected', { nodeSelector: { 'kubernetes.io/arch': 'amd64' } }));
  kubernetes.apply(held('required', affinity(term('amd64'), term('amd64', 'arm64'))));
  kubernetes.apply(held('anywhere', affinity(term('amd64'), { matchExpressions: [] })));
  const { deployments } = await survey(await cluster.connect(WORKER));
  const architectures = new Map(deployments?.application.map((each) => [each.name, each.architectures]));
  expect(['selected', 'required', 'anywhere', 'blue'].map((name) => architectures.get(name))).toEqual([
    ['amd64'],
    ['amd64', 'arm64'],
    null,
    null,
  ]);
  expect(before).toEqual({ cpuMillis: 0, memoryMiB: 0 });
  expect(deployments?.requested).toEqual({ cpuMillis: 3 * 2 * 250, memoryMiB: 3 * 2 * 1024 });
});
