import {
  DescribeClusterCommand,
  EKSClient,
  ListAccessEntriesCommand,
  ListAddonsCommand,
  ListClustersCommand,
} from '@aws-sdk/client-eks';
import { systemClock } from '../../../lib/local/clock.ts';
import { createEks, type Eks } from '../../../lib/local/eks/eks.ts';
import { createCredentials } from '../../../lib/local/iam/credentials.ts';
import { AwsError } from '../../../lib/local/wire/endpoint.ts';
import { type Gateway, startGateway } from '../../../lib/local/wire/gateway.ts';

const ARN = 'arn:aws:eks:eu-west-1:123456789012:cluster/retool';
let eks: Eks;
let gateway: Gateway;
let client: EKSClient;
let allowed = ARN;

beforeAll(async () => {
  eks = createEks({
    region: 'eu-west-1',
    accountId: '123456789012',
    authorize(_principal, action, resource) {
      if (resource !== '*' && resource !== allowed)
        throw new AwsError('AccessDeniedException', 403, `not authorized to perform: ${action}`);
    },
  });
  eks.registerCluster({
    name: 'retool',
    version: '1.33',
    endpoint: 'https://127.0.0.1:1',
    caCertificate: 'PEM',
    addOns: ['vpc-cni', 'coredns'],
  });
  eks.setAccessEntries('retool', [
    { principalArn: 'arn:aws:iam::123456789012:role/Worker', kubernetesGroups: ['passage'] },
  ]);
  const credentials = createCredentials({ clock: systemClock, accountId: '123456789012' });
  gateway = await startGateway({ endpoints: [eks.endpoint], credentials, clock: systemClock, region: 'eu-west-1' });
  client = new EKSClient({
    endpoint: gateway.url,
    region: 'eu-west-1',
    credentials: credentials.addUser('ada'),
    maxAttempts: 1,
  });
});

afterAll(async () => {
  client.destroy();
  await gateway.close();
});

test('a cluster is described with its endpoint and its authority', async () => {
  const { cluster } = await client.send(new DescribeClusterCommand({ name: 'retool' }));
  expect(cluster).toMatchObject({
    arn: ARN,
    version: '1.33',
    status: 'ACTIVE',
    endpoint: 'https://127.0.0.1:1',
    certificateAuthority: { data: Buffer.from('PEM').toString('base64') },
  });
  expect((await client.send(new ListClustersCommand({}))).clusters).toEqual(['retool']);
  expect((await client.send(new ListAddonsCommand({ clusterName: 'retool' }))).addons).toEqual(['coredns', 'vpc-cni']);
  expect((await client.send(new ListAccessEntriesCommand({ clusterName: 'retool' }))).accessEntries).toEqual([
    'arn:aws:iam::123456789012:role/Worker',
  ]);
});

test('a cluster that is not there, or not allowed, is told apart', async () => {
  await expect(client.send(new DescribeClusterCommand({ name: 'other' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
  allowed = 'arn:aws:eks:eu-west-1:123456789012:cluster/other';
  await expect(client.send(new DescribeClusterCommand({ name: 'other' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
