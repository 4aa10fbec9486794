import {
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { createElasticLoadBalancing } from '../../../lib/local/elasticloadbalancing/elasticloadbalancing.ts';
import type { LoadBalancerOptions } from '../../../lib/local/loadbalancer/load-balancer.ts';
import { createLoadBalancers } from '../../../lib/local/loadbalancer/load-balancers.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';

let account: Account;
let client: ElasticLoadBalancingV2Client;
const loadBalancers = createLoadBalancers();
const certificate = (id: string) => `arn:aws:acm:${region}:${accountId}:certificate/${id}`;
const ecs = `acme-ecs-1.${region}.elb.amazonaws.com`;
const eks = `internal-acme-eks-2.${region}.elb.amazonaws.com`;

beforeAll(async () => {
  account = await startAccount((context) => [
    createElasticLoadBalancing({ ...context, loadBalancers, accountId, region }).endpoint,
  ]);
  client = new ElasticLoadBalancingV2Client(account.client());
  const start = (options: Omit<LoadBalancerOptions, 'route'>) =>
    loadBalancers.start({ ...options, route: () => ({ type: 'forward', targets: [] }) });
  await start({ hostname: ecs });
  await start({
    hostname: eks,
    scheme: 'internal',
    listeners: [
      { port: 80, protocol: 'HTTP' },
      { port: 443, protocol: 'HTTPS', certificates: [certificate('1'), certificate('2')] },
    ],
  });
});
afterAll(async () => {
  await Promise.all([account.close(), loadBalancers.close()]);
});

const balancers = async (input: object = {}) =>
  (await client.send(new DescribeLoadBalancersCommand(input))).LoadBalancers ?? [];
const arnOf = async (name: string) => (await balancers({ Names: [name] }))[0]!.LoadBalancerArn!;
const listeners = async (input: object) => (await client.send(new DescribeListenersCommand(input))).Listeners ?? [];

test('the proxies that run are described as load balancers', async () => {
  const [first, second, ...rest] = await balancers();
  expect(first).toMatchObject({
    LoadBalancerArn: expect.stringMatching(
      new RegExp(`^arn:aws:elasticloadbalancing:${region}:${accountId}:loadbalancer/app/acme-ecs/[0-9a-f]{16}$`),
    ),
    LoadBalancerName: 'acme-ecs',
    DNSName: ecs,
    CanonicalHostedZoneId: 'Z32O12XQLNTSW2',
    Scheme: 'internet-facing',
    Type: 'application',
    State: { Code: 'active' },
  });
  expect(second).toMatchObject({ LoadBalancerName: 'acme-eks', DNSName: eks, Scheme: 'internal' });
  expect(rest).toEqual([]);
});

test('some are asked for by ARN or by name, not by both', async () => {
  const arn = await arnOf('acme-eks');
  expect((await balancers({ LoadBalancerArns: [arn] })).map(({ DNSName }) => DNSName)).toEqual([eks]);
  const both = await balancers({ Names: ['acme-eks', 'acme-ecs'] });
  expect(both.map(({ DNSName }) => DNSName)).toEqual([eks, ecs]);
  await expect(balancers({ Names: ['acme-eks'], LoadBalancerArns: [arn] })).rejects.toMatchObject({
    name: 'ValidationError',
  });
});

test('lists come in pages', async () => {
  const pages: string[][] = [];
  for await (const page of paginateDescribeLoadBalancers({ client }, { PageSize: 1 })) {
    pages.push((page.LoadBalancers ?? []).map(({ DNSName }) => DNSName ?? ''));
  }
  expect(pages).toEqual([[ecs], [eks]]);
  for (const PageSize of [0, 401]) await expect(balancers({ PageSize })).rejects.toThrow('Page size');
  await expect(balancers({ Marker: 'elsewhere' })).rejects.toThrow('marker');
});

test('a listener names its default certificate; all of them are asked for', async () => {
  const of = await listeners({ LoadBalancerArn: await arnOf('acme-eks') });
  expect(of).toMatchObject([
    { Port: 80, Protocol: 'HTTP' },
    { Port: 443, Protocol: 'HTTPS', Certificates: [{ CertificateArn: certificate('1') }] },
  ]);
  expect(of[0]!.Certificates ?? []).toEqual([]);
  const { ListenerArn } = of[1]!;
  expect(ListenerArn).toMatch(/:listener\/app\/acme-eks\/[0-9a-f]{16}\/[0-9a-f]{16}$/);
  expect(await listeners({ ListenerArns: [ListenerArn] })).toEqual([of[1]]);
  const { Certificates } = await client.send(new DescribeListenerCertificatesCommand({ ListenerArn }));
  expect(Certificates).toEqual([
    { CertificateArn: certificate('1'), IsDefault: true },
    { CertificateArn: certificate('2'), IsDefault: false },
  ]);
});

test('one without TLS has none', async () => {
  const [plain] = await listeners({ LoadBalancerArn: await arnOf('acme-ecs') });
  const { Certificates } = await client.send(
    new DescribeListenerCertificatesCommand({ ListenerArn: plain!.ListenerArn }),
  );
  expect(Certificates ?? []).toEqual([]);
});

test('what is not there, or no ARN, is said by name', async () => {
  const arn = await arnOf('acme-eks');
  await expect(balancers({ Names: ['nobody'] })).rejects.toMatchObject({ name: 'LoadBalancerNotFoundException' });
  await expect(listeners({ LoadBalancerArn: `${arn}0` })).rejects.toMatchObject({
    name: 'LoadBalancerNotFoundException',
  });
  await expect(
    listeners({ ListenerArns: [`${arn.replace(':loadbalancer/', ':listener/')}/0000`] }),
  ).rejects.toMatchObject({
    name: 'ListenerNotFoundException',
  });
  await expect(listeners({ LoadBalancerArn: 'acme-eks' })).rejects.toMatchObject({ name: 'ValidationError' });
  await expect(listeners({})).rejects.toThrow('either listener ARNs or a load balancer ARN');
});

test('describing needs its permission, which knows no resource', async () => {
  const arn = await arnOf('acme-eks');
  const may = (Resource: string) => {
    const role = account.role('Reader', {
      Effect: 'Allow',
      Action: 'elasticloadbalancing:DescribeListeners',
      Resource,
    });
    return new ElasticLoadBalancingV2Client(account.client(role));
  };
  const asking = new DescribeListenersCommand({ LoadBalancerArn: arn });
  await expect(may('*').send(asking)).resolves.toMatchObject({ Listeners: [{}, {}] });
  await expect(may(arn).send(asking)).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(may('*').send(new DescribeLoadBalancersCommand({}))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('elasticloadbalancing:DescribeLoadBalancers'),
  });
});
