import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { ApiException } from '@kubernetes/client-node';
import { mockClient } from 'aws-sdk-client-mock';
import { connectCluster, kubernetesRefused } from '../../lib/adapters/kubernetes/cluster.ts';
import { declared, sdkError } from '../support/declared.ts';

const mock = mockClient(EKSClient);
const eks = new EKSClient({
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-key', sessionToken: 'a-session' },
});
beforeEach(() => mock.reset());

const described = () =>
  mock.on(DescribeClusterCommand, { name: 'acme-eks' }).resolves({
    cluster: { endpoint: 'https://api.invalid', certificateAuthority: { data: 'Y2E=' } },
  });

test('connects to the endpoint with the certificate of the cluster and a token for it alone', async () => {
  described();
  const config = await connectCluster(eks, 'acme-eks');
  expect(config.getCurrentCluster()).toMatchObject({
    server: 'https://api.invalid',
    caData: 'Y2E=',
    skipTLSVerify: false,
  });
  const token = config.getCurrentUser()?.token ?? '';
  const [, encoded = ''] = /^k8s-aws-v1\.(.+)$/.exec(token) ?? [];
  const url = new URL(Buffer.from(encoded, 'base64url').toString());
  expect(url.host).toBe('sts.eu-west-1.amazonaws.com');
  expect(url.searchParams.get('Action')).toBe('GetCallerIdentity');
  expect(url.searchParams.get('X-Amz-Expires')).toBe('60');
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-k8s-aws-id');
  expect(encoded).not.toContain('=');
  expect(url.href).not.toContain('a-secret-key');
});

test('a cluster that does not exist is a mistake in the configuration', async () => {
  mock.on(DescribeClusterCommand).rejects(sdkError('ResourceNotFoundException'));
  await expect(connectCluster(eks, 'acme-eks')).rejects.toEqual(
    declared('TargetNotFound', /no EKS cluster "acme-eks"; correct target\.eks\.cluster/),
  );
  mock.on(DescribeClusterCommand).rejects(sdkError('ThrottlingException'));
  await expect(connectCluster(eks, 'acme-eks')).rejects.toEqual(declared('ServiceUnavailable'));
});

test.each([
  [401, 'TargetNotFound', /\(401\).*RBAC/],
  [403, 'TargetNotFound', /\(403\).*RBAC/],
  [404, 'TargetNotFound', /nothing of that name/],
  [409, 'ServiceUnavailable', /answered 409/],
  [500, 'ServiceUnavailable', /answered 500/],
] as const)('an answer %i is %s, and never repeats body or headers', (status, name, message) => {
  const error = kubernetesRefused(
    'read secret "k"',
    new ApiException(status, 'no', 'the-secret-body', { h: 'the-secret-header' }),
  );
  expect(error).toEqual(declared(name, message));
  expect(error.message).not.toMatch(/the-secret/);
});

test('a cluster that does not answer is unavailable, and a declared error stays what it is', () => {
  expect(kubernetesRefused('scale', new Error('ECONNREFUSED'))).toEqual(
    declared('ServiceUnavailable', /Could not scale: ECONNREFUSED/),
  );
  const known = kubernetesRefused('scale', new ApiException(404, 'no', '', {}));
  expect(kubernetesRefused('something else', known)).toBe(known);
});
