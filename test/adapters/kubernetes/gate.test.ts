import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Application, applicationOver } from '../../../lib/adapters/kubernetes/application.ts';
import { backendOf, refusalAsGate } from '../../../lib/domain/target-gate.ts';
import { rbacFor } from '../../../lib/kubernetes/rbac.ts';
import { startTestKubernetes, type TestKubernetes, WORKER } from '../../local/kubernetes/cluster.ts';
import { declared } from '../../support/declared.ts';
import { until } from '../../support/until.ts';

type Manifest = Parameters<TestKubernetes['kubernetes']['apply']>[0];
const RBAC = rbacFor('retool').items as Manifest[];

let cluster: TestKubernetes;
let app: Application;

beforeEach(async () => {
  cluster = await startTestKubernetes();
  cluster.entries = [...cluster.entries, { principalArn: WORKER, kubernetesGroups: ['passage:operator'] }];
  for (const item of RBAC) cluster.kubernetes.apply(item);
  app = applicationOver(() => cluster.connect(WORKER), 'retool');
});
afterEach(() => cluster.close());

const service = (name: string, port: object = { number: 80 }) => ({ service: { name, port } });
function expose(backends: readonly object[], more: object = {}): void {
  const paths = backends.map((backend, at) => ({ path: `/${at}`, pathType: 'Prefix', backend }));
  cluster.kubernetes.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'retool', namespace: 'retool', labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } },
    spec: { ingressClassName: 'alb', rules: [{ host: 'retool.example.com', http: { paths } }], ...more },
  });
}
const ingress = async () => (await app.ingress('retool'))!;

test('an Ingress with one service is closed, and opened again as it was', async () => {
  expose([service('retool'), service('retool')]);
  const before = await ingress();
  expect(before.keeper).toEqual({ by: 'flux', name: 'Kustomization apps' });
  const backend = backendOf(before);
  expect(backend).toEqual({ ingress: 'retool', service: 'retool', port: 80 });
  await app.closeGate('retool', 'closed');
  const closed = await ingress();
  expect(closed).toMatchObject({ backends: [], gated: true });
  expect([backendOf(closed), refusalAsGate(closed)?.saw]).toEqual([null, expect.stringMatching(/closed already\./)]);
  await app.openGate('retool', backend!);
  expect(await ingress()).toEqual(before);
});

test('every backend is seen, those that the gate cannot hide as well', async () => {
  expose([service('retool', { name: 'http' }), service('code', { number: 3004 }), service('code', { number: 3004 })], {
    defaultBackend: service('retool'),
  });
  expect(await ingress()).toMatchObject({
    backends: [
      { service: 'retool', port: 'http' },
      { service: 'code', port: 3004 },
    ],
    defaultBackend: { service: 'retool', port: 80 },
    gated: false,
    services: ['retool', 'code'],
  });
  expose([{ resource: { apiGroup: 'example.com', kind: 'Page', name: 'page' } }]);
  expect(await ingress()).toMatchObject({ backends: [{ service: null }] });
});

test('an Ingress that is not there is none; one that may not be read is told as such', async () => {
  expect(await app.ingress('retool')).toBeNull();
  const elsewhere = applicationOver(() => cluster.connect(WORKER), 'staging');
  await expect(elsewhere.ingress('retool')).rejects.toEqual(declared('TargetNotFound', /not let Passage read ingress/));
});

test('pods of a deployment are seen until they are gone, and unknown without the right to list them', async () => {
  const template = { metadata: { labels: { app: 'retool' } }, spec: { containers: [{ name: 'c', image: 'sleep:1' }] } };
  const deployment = (name: string, replicas: number): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'retool' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { ...template, metadata: { labels: { app: name } } },
    },
  });
  cluster.kubernetes.apply(deployment('retool', 2));
  cluster.kubernetes.apply(deployment('beside', 1));
  cluster.kubernetes.start();
  await until(async () => (await app.pods(['retool', 'beside']))?.length === 3);
  expect(await app.pods(['retool'])).toEqual([expect.stringMatching(/^retool-/), expect.stringMatching(/^retool-/)]);
  expect(await app.pods([])).toEqual([]);
  const unseeing = applicationOver(() => cluster.connect(WORKER), 'staging');
  expect(await unseeing.pods(['retool'])).toEqual(null);
});
