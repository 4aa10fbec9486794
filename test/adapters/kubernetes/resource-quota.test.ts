import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { applicationOver } from '../../../lib/adapters/kubernetes/application.ts';
import { rbacFor } from '../../../lib/kubernetes/rbac.ts';
import { startTestKubernetes, type TestKubernetes, WORKER } from '../../local/kubernetes/cluster.ts';

let cluster: TestKubernetes;
type Manifest = Parameters<TestKubernetes['kubernetes']['apply']>[0];
const app = () => applicationOver(() => cluster.connect(WORKER), 'retool');

beforeAll(async () => {
  cluster = await startTestKubernetes();
  for (const item of rbacFor('retool').items as Manifest[]) cluster.kubernetes.apply(item);
});
afterAll(() => cluster.close());

const enter = (group: string): void =>
  void cluster.entries.splice(0, cluster.entries.length, { principalArn: WORKER, kubernetesGroups: [group] });

const quota = (name: string, hard: object, used: object, spec: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name, namespace: 'retool' },
  spec: { hard, ...spec },
  status: { hard, used },
});
const none = { cpuMillis: null, memoryMiB: null };

test('without the right to list quotas it says so; with it there are none at first', async () => {
  enter('passage:launcher');
  expect(await app().quotas()).toBeNull();
  enter('passage:reader');
  expect(await app().quotas()).toEqual([]);
});

test('tells what is left of pods, requests and limits, by every name of theirs', async () => {
  const all = {
    pods: '10',
    'count/pods': '8',
    cpu: '4',
    'requests.memory': '8Gi',
    'limits.cpu': '8',
    'limits.memory': '16G',
  };
  const used = {
    pods: '3',
    'count/pods': '3',
    cpu: '1500m',
    'requests.memory': '2Gi',
    'limits.cpu': '9',
    'limits.memory': '0',
  };
  cluster.kubernetes.apply(quota('all', all, used));
  cluster.kubernetes.apply(quota('others', { services: '5' }, {}, { scopes: ['BestEffort'] }));
  const selector = { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] };
  cluster.kubernetes.apply(quota('some', { pods: '1' }, {}, { scopeSelector: selector }));
  expect(await app().quotas()).toEqual([
    {
      name: 'all',
      scoped: false,
      left: {
        pods: 5,
        requests: { cpuMillis: 2500, memoryMiB: 6144 },
        // More than there may be is used already.
        limits: { cpuMillis: 0, memoryMiB: 15_258 },
      },
    },
    { name: 'others', scoped: true, left: { pods: null, requests: none, limits: none } },
    { name: 'some', scoped: true, left: { pods: 1, requests: none, limits: none } },
  ]);
});
