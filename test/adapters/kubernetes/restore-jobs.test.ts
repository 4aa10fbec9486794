import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { BatchV1Api } from '@kubernetes/client-node';
import { mockClient } from 'aws-sdk-client-mock';
import { restoreJobs } from '../../../lib/adapters/kubernetes/restore-jobs.ts';
import { rbacFor } from '../../../lib/kubernetes/rbac.ts';
import { CLUSTER, REGION, startTestKubernetes, type TestKubernetes, WORKER } from '../../local/kubernetes/cluster.ts';

let cluster: TestKubernetes;
beforeAll(async () => {
  cluster = await startTestKubernetes();
  for (const item of rbacFor('retool').items) cluster.kubernetes.apply(item as never);
  // The adapter signs its tokens by the machine's own clock.
  await cluster.clock.advance(Date.now() - cluster.clock.now());
  cluster.entries.push({ principalArn: WORKER, kubernetesGroups: ['passage:launcher'] });
});
afterAll(() => cluster.close());

test('a restore asks for its memory and for a node that its image runs on; created twice it is one, and it can be removed', async () => {
  const { url, caCertificate } = cluster.kubernetes;
  const data = Buffer.from(caCertificate).toString('base64');
  mockClient(EKSClient)
    .on(DescribeClusterCommand)
    .resolves({ cluster: { endpoint: url, certificateAuthority: { data } } });
  const jobs = restoreJobs(new EKSClient({ region: REGION, credentials: cluster.keysOf(WORKER) }))(CLUSTER);
  const job = { name: 'restore-1', run: 'autumn', image: 'worker:1', environment: { A: 'b' }, deadlineSeconds: 60 };
  await jobs.create({ ...job, memoryMegabytes: 2048 });
  await jobs.create({ ...job, memoryMegabytes: 2048 });

  const batch = (await cluster.connect(WORKER)).makeApiClient(BatchV1Api);
  const { items } = await batch.listNamespacedJob({ namespace: 'passage' });
  expect(items.map(({ spec }) => spec?.template.spec)).toMatchObject([
    {
      nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
      containers: [{ resources: { requests: { memory: '2048Mi' }, limits: { memory: '2048Mi' } } }],
    },
  ]);
  expect(await jobs.remove('autumn')).toBe(1);
  const left = await batch.listNamespacedJob({ namespace: 'passage' });
  expect(left.items.filter(({ metadata }) => !metadata?.deletionTimestamp)).toEqual([]);
});
