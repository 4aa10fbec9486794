import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { mockClient } from 'aws-sdk-client-mock';
import { route53 } from '../../lib/adapters/route53.ts';
import { declared, sdkError } from '../support/declared.ts';
import { record } from '../support/run-documents.ts';

const mock = mockClient(Route53Client);
const dns = route53(new Route53Client({ region: 'us-east-1' }));
beforeEach(() => mock.reset());

const alias = record({
  type: 'A',
  ttl: null,
  values: [],
  alias: { hostedZoneId: 'Z2', dnsName: 'lb.example.com.', evaluateTargetHealth: true },
});
const routed = record({ setIdentifier: 'east' });

test('reads the records of one name, in whatever case, and leaves out what follows them', async () => {
  mock.on(ListResourceRecordSetsCommand, { HostedZoneId: 'Z', StartRecordName: 'retool.acme.example.com' }).resolves({
    ResourceRecordSets: [
      {
        Name: 'Retool.acme.example.com.',
        Type: 'A',
        AliasTarget: { HostedZoneId: 'Z2', DNSName: 'lb.example.com.', EvaluateTargetHealth: true },
      },
      {
        Name: 'retool.acme.example.com.',
        Type: 'CNAME',
        TTL: 60,
        ResourceRecords: [{ Value: 'ecs.elb.example.com' }],
        SetIdentifier: 'east',
      },
      { Name: 'www.acme.example.com.', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] },
    ],
  });
  expect(await dns.records('Z', 'retool.acme.example.com')).toEqual([
    { ...alias, name: 'Retool.acme.example.com.' },
    routed,
  ]);
});

test('writes a batch that reads back the same, with the id that GetChange takes', async () => {
  mock
    .on(ChangeResourceRecordSetsCommand)
    .resolves({ ChangeInfo: { Id: '/change/C42', Status: 'PENDING', SubmittedAt: new Date() } });
  const id = await dns.change(
    'Z',
    [
      { action: 'DELETE', record: alias },
      { action: 'UPSERT', record: routed },
    ],
    'why',
  );
  expect(id).toBe('C42');
  expect(mock.commandCalls(ChangeResourceRecordSetsCommand)[0]?.args[0].input).toEqual({
    HostedZoneId: 'Z',
    ChangeBatch: {
      Comment: 'why',
      Changes: [
        {
          Action: 'DELETE',
          ResourceRecordSet: {
            Name: 'retool.acme.example.com.',
            Type: 'A',
            AliasTarget: { HostedZoneId: 'Z2', DNSName: 'lb.example.com.', EvaluateTargetHealth: true },
          },
        },
        {
          Action: 'UPSERT',
          ResourceRecordSet: {
            Name: 'retool.acme.example.com.',
            Type: 'CNAME',
            TTL: 60,
            ResourceRecords: [{ Value: 'ecs.elb.example.com' }],
            SetIdentifier: 'east',
          },
        },
      ],
    },
  });
});

test.each([
  ['PENDING', false],
  ['INSYNC', true],
] as const)('a change that is %s is in sync: %s', async (Status, inSync) => {
  mock.on(GetChangeCommand, { Id: 'C42' }).resolves({ ChangeInfo: { Id: 'C42', Status, SubmittedAt: new Date() } });
  expect(await dns.inSync('C42')).toBe(inSync);
});

test('tells a zone by its name and its name servers', async () => {
  mock.on(GetHostedZoneCommand, { Id: 'Z' }).resolves({
    HostedZone: { Id: 'Z', Name: 'acme.example.com.', CallerReference: 'r' },
    DelegationSet: { NameServers: ['ns1', 'ns2'] },
  });
  expect(await dns.zone('Z')).toEqual({ name: 'acme.example.com', nameServers: ['ns1', 'ns2'], private: false });
});

test.each([
  ['zone', () => dns.zone('Z')],
  ['records', () => dns.records('Z', 'n')],
  ['change', () => dns.change('Z', [], '')],
])('%s: a zone that does not exist is a mistake in the configuration, anything else is not', async (_, act) => {
  mock.onAnyCommand().rejects(sdkError('NoSuchHostedZone'));
  await expect(act()).rejects.toEqual(declared('ConfigurationInvalid', /^dns\.hostedZoneId: .* Z /));
  mock.onAnyCommand().rejects(sdkError('PriorRequestNotComplete'));
  await expect(act()).rejects.toEqual(declared('ServiceUnavailable', /PriorRequestNotComplete/));
});

test('a change that cannot be looked up is the service that is unavailable', async () => {
  mock.on(GetChangeCommand).rejects(sdkError('Throttling'));
  await expect(dns.inSync('C42')).rejects.toEqual(declared('ServiceUnavailable', /change C42/));
});

test('lists the zones of a name and below it, public and private', async () => {
  mock.on(ListHostedZonesByNameCommand, { DNSName: 'acme.example.com', MaxItems: 100 }).resolves({
    HostedZones: [
      { Id: '/hostedzone/Z1', Name: 'acme.example.com.', CallerReference: 'a' },
      { Id: '/hostedzone/Z2', Name: 'acme.example.com.', CallerReference: 'b', Config: { PrivateZone: true } },
    ],
  });
  expect(await dns.zonesFrom('acme.example.com')).toEqual([
    { hostedZoneId: 'Z1', name: 'acme.example.com', private: false },
    { hostedZoneId: 'Z2', name: 'acme.example.com', private: true },
  ]);
});
