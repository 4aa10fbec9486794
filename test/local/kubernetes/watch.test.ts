import { CoreV1Api, type KubeConfig, type V1ConfigMap, Watch } from '@kubernetes/client-node';
import { until } from '../../support/until.ts';
import { startTestKubernetes, type TestKubernetes } from './cluster.ts';

const namespace = 'retool';
const PATH = `/api/v1/namespaces/${namespace}/configmaps`;

let cluster: TestKubernetes;
let config: KubeConfig;
let core: CoreV1Api;
let ends: (() => void)[];

beforeEach(async () => {
  ends = [];
  cluster = await startTestKubernetes();
  cluster.kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  config = await cluster.connect();
  core = config.makeApiClient(CoreV1Api);
});
afterEach(async () => {
  for (const end of ends) end();
  await cluster.close();
});

const create = (name: string, labels: Record<string, string> = {}) =>
  core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels } } });
const relabel = async (name: string, labels: Record<string, string>) => {
  const now = await core.readNamespacedConfigMap({ namespace, name });
  await core.replaceNamespacedConfigMap({ namespace, name, body: { ...now, metadata: { ...now.metadata, labels } } });
};

/** What is told, as `ADDED name`, and at last how it ended; it grows. */
async function watch(query: Record<string, string>, told: string[] = []): Promise<string[]> {
  const request = await new Watch(config).watch(
    PATH,
    query,
    (type, object: V1ConfigMap) => told.push(`${type} ${object.metadata?.name}`),
    (error: { statusCode?: number } | null) => told.push(`END ${error?.statusCode ?? 'well'}`),
  );
  ends.push(() => request.abort());
  return told;
}

test('what there is comes first, then every write of what the watch is about', async () => {
  await create('one');
  const told = await watch({});
  await create('two');
  await relabel('one', { tier: 'web' });
  await core.deleteNamespacedConfigMap({ namespace, name: 'two' });
  cluster.kubernetes.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'elsewhere' } });
  cluster.kubernetes.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace } });
  await create('last');
  await until(() => told.includes('ADDED last'));
  expect(told).toEqual(['ADDED one', 'ADDED two', 'MODIFIED one', 'DELETED two', 'ADDED last']);
});

test('who listed before misses nothing', async () => {
  await create('one');
  const { metadata } = await core.listNamespacedConfigMap({ namespace });
  await create('two');
  const told = await watch({ resourceVersion: metadata!.resourceVersion! });
  await until(() => told.length > 0);
  expect(told).toEqual(['ADDED two']);
});

test('an object enters and leaves a watch as it begins and ceases to match', async () => {
  const told = await watch({ labelSelector: 'tier=web' });
  await create('one');
  await relabel('one', { tier: 'web' });
  await relabel('one', { tier: 'web', more: '1' });
  await relabel('one', {});
  await core.deleteNamespacedConfigMap({ namespace, name: 'one' });
  await create('last', { tier: 'web' });
  await until(() => told.includes('ADDED last'));
  expect(told).toEqual(['ADDED one', 'MODIFIED one', 'DELETED one', 'ADDED last']);
});

test('a watch ends when its time is up, and one from before the cluster was opened begins anew', async () => {
  await create('one');
  const told = await watch({ timeoutSeconds: '10' });
  await until(() => told.length > 0);
  await cluster.clock.advance(10_000);
  await until(() => told.includes('END well'));
  await cluster.restart();
  config = await cluster.connect();
  expect(await watch({ resourceVersion: '1' })).toEqual(['END 410']);
});
