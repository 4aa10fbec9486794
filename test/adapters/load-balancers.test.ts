import {
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { mockClient } from 'aws-sdk-client-mock';
import { loadBalancers } from '../../lib/adapters/load-balancers.ts';
import { declared, sdkError } from '../support/declared.ts';

const mock = mockClient(ElasticLoadBalancingV2Client);
const asked: string[] = [];
const problem = {
  kind: 'not-looked' as const,
  severity: 'INFO' as const,
  what: 'Hidden.',
  where: 'hidden',
  todo: 'Look.',
};
const certificate = (arn: string) => ({ arn, status: 'ISSUED', names: [arn], notAfter: null, type: 'PRIVATE' });
const balancers = loadBalancers(new ElasticLoadBalancingV2Client({ region: 'eu-west-1' }), {
  describe: async (arn) => {
    asked.push(arn);
    return { certificate: certificate(arn), problem: arn === 'hidden' ? problem : null };
  },
});
beforeEach(() => {
  mock.reset();
  asked.length = 0;
});

const ecs = 'acme-ecs-1.eu-west-1.elb.amazonaws.com';
const eks = 'internal-acme-eks-2.eu-west-1.elb.amazonaws.com';
const listed = (LoadBalancerArn: string, DNSName: string) => ({
  LoadBalancerArn,
  DNSName,
  CanonicalHostedZoneId: 'Z32O12XQLNTSW2',
  Scheme: 'internet-facing' as const,
  Type: 'application' as const,
});
const secure = { ListenerArn: 'secure', Port: 443, Protocol: 'HTTPS' as const };

/** A load balancer with one listener that ends TLS. */
function one(...certificates: { CertificateArn: string; IsDefault?: boolean }[]) {
  mock.on(DescribeLoadBalancersCommand).resolves({ LoadBalancers: [listed('ecs', ecs)] });
  mock.on(DescribeListenersCommand).resolves({ Listeners: [secure] });
  mock.on(DescribeListenerCertificatesCommand).resolves({ Certificates: certificates });
}

test('finds load balancers by what DNS calls them, in whatever writing, on whatever page', async () => {
  mock
    .on(DescribeLoadBalancersCommand, { Marker: undefined })
    .resolves({ LoadBalancers: [listed('other', 'other-3.eu-west-1.elb.amazonaws.com')], NextMarker: 'more' });
  mock
    .on(DescribeLoadBalancersCommand, { Marker: 'more' })
    .resolves({ LoadBalancers: [listed('ecs', ecs), listed('eks', eks)] });
  mock.on(DescribeListenersCommand).resolves({ Listeners: [] });
  const { found, problems } = await balancers.named([`dualstack.${ecs.toUpperCase()}.`, eks, 'd1.cloudfront.net']);
  expect(found.map(({ arn }) => arn)).toEqual(['ecs', 'eks']);
  expect(found[0]).toEqual({
    arn: 'ecs',
    dnsName: ecs,
    hostedZoneId: 'Z32O12XQLNTSW2',
    scheme: 'internet-facing',
    type: 'application',
    listeners: [],
  });
  expect(problems).toEqual([]);
});

test('reads every listener by its port, and no certificates of those that end no TLS', async () => {
  mock.on(DescribeLoadBalancersCommand).resolves({ LoadBalancers: [listed('ecs', ecs)] });
  mock.on(DescribeListenersCommand, { LoadBalancerArn: 'ecs', Marker: undefined }).resolves({
    Listeners: [secure],
    NextMarker: 'more',
  });
  mock.on(DescribeListenersCommand, { LoadBalancerArn: 'ecs', Marker: 'more' }).resolves({
    Listeners: [{ ListenerArn: 'plain', Port: 80, Protocol: 'HTTP' }],
  });
  mock.on(DescribeListenerCertificatesCommand, { ListenerArn: 'secure' }).resolves({
    Certificates: [{ CertificateArn: 'one', IsDefault: true }],
  });
  const [balancer] = (await balancers.named([ecs])).found;
  expect(balancer?.listeners).toEqual([
    { arn: 'plain', port: 80, protocol: 'HTTP', certificates: [] },
    { arn: 'secure', port: 443, protocol: 'HTTPS', certificates: [certificate('one')] },
  ]);
  expect(mock.commandCalls(DescribeListenerCertificatesCommand)).toHaveLength(1);
});

test('certificates by server name come page after page, the default one first and once', async () => {
  one();
  mock.on(DescribeListenerCertificatesCommand, { Marker: undefined }).resolves({
    Certificates: [{ CertificateArn: 'two', IsDefault: false }],
    NextMarker: 'more',
  });
  mock.on(DescribeListenerCertificatesCommand, { Marker: 'more' }).resolves({
    Certificates: [
      { CertificateArn: 'one', IsDefault: false },
      { CertificateArn: 'one', IsDefault: true },
    ],
  });
  const [balancer] = (await balancers.named([ecs])).found;
  expect(balancer?.listeners[0]?.certificates.map(({ arn }) => arn)).toEqual(['one', 'two']);
  expect(asked).toEqual(['one', 'two']);
});

test('a certificate of several listeners is asked for once, and what is wrong with it said once; later looks ask anew', async () => {
  one({ CertificateArn: 'hidden', IsDefault: true });
  mock
    .on(DescribeListenersCommand)
    .resolves({ Listeners: [secure, { ...secure, ListenerArn: 'other', Port: 8443, Protocol: 'TLS' }] });
  expect((await balancers.named([ecs])).problems).toEqual([problem]);
  expect(asked).toEqual(['hidden']);
  await balancers.named([ecs]);
  expect(asked).toEqual(['hidden', 'hidden']);
});

test('a name of no load balancer of this account and region finds none', async () => {
  one();
  expect(await balancers.named(['d1.cloudfront.net'])).toEqual({ found: [], problems: [] });
  expect(mock.commandCalls(DescribeListenersCommand)).toHaveLength(0);
  expect(await balancers.named([])).toEqual({ found: [], problems: [] });
});

test.each([DescribeLoadBalancersCommand, DescribeListenersCommand, DescribeListenerCertificatesCommand] as const)(
  'without the right to %p nothing is half known: a problem says so',
  async (command) => {
    one({ CertificateArn: 'one', IsDefault: true });
    mock.on(command as typeof DescribeListenersCommand).rejects(sdkError('AccessDenied'));
    expect(await balancers.named([ecs])).toEqual({
      found: [],
      problems: [
        expect.objectContaining({
          kind: 'not-looked',
          where: ecs,
          todo: expect.stringContaining('elasticloadbalancing'),
        }),
      ],
    });
  },
);

test('any other refusal is ServiceUnavailable', async () => {
  mock.on(DescribeLoadBalancersCommand).rejects(sdkError('Throttling'));
  await expect(balancers.named([ecs])).rejects.toEqual(declared('ServiceUnavailable', /acme-ecs-1.*Throttling/));
});
