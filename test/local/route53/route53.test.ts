import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { systemClock } from '../../../lib/local/clock.ts';
import { createCredentials } from '../../../lib/local/iam/credentials.ts';
import { createRoute53, type Route53 } from '../../../lib/local/route53/route53.ts';
import { AwsError, type ConditionKeys } from '../../../lib/local/wire/endpoint.ts';
import { type Gateway, startGateway } from '../../../lib/local/wire/gateway.ts';
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts';

const OLD = 'acme-ecs-1.eu-west-1.elb.amazonaws.com';
const NEW = 'acme-eks-2.eu-west-1.elb.amazonaws.com';

let directory: string;
let clock: ManualClock;
let route53: Route53;
let zone: string;
let gateway: Gateway;
let client: Route53Client;
let allowed: boolean;
let conditions: ConditionKeys | undefined;

const open = () =>
  createRoute53({
    directory,
    clock,
    propagationMs: 60_000,
    authorize(_principal, action, resource, keys) {
      conditions = keys;
      if (!allowed)
        throw new AwsError('AccessDeniedException', 403, `not authorized to perform: ${action} on ${resource}`);
    },
  });

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'route53-'));
  clock = createManualClock();
  allowed = true;
  route53 = open();
  zone = route53.createHostedZone('acme.example');
  route53.put(zone, [{ name: 'retool.acme.example', type: 'CNAME', ttl: 60, values: [OLD] }]);
  const credentials = createCredentials({ clock: systemClock, accountId: '123456789012' });
  gateway = await startGateway({ endpoints: [route53.endpoint], credentials, clock: systemClock, region: 'eu-west-1' });
  client = new Route53Client({
    endpoint: gateway.url,
    region: 'eu-west-1',
    credentials: credentials.addUser('ada'),
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await gateway.close();
  rmSync(directory, { recursive: true });
});

const cname = (Action: Change['Action'], value: string, Name = 'retool.acme.example', TTL = 60): Change => ({
  Action,
  ResourceRecordSet: { Name, Type: 'CNAME', TTL, ResourceRecords: [{ Value: value }] },
});
const a = (Action: Change['Action'], Name: string, value: string): Change => ({
  Action,
  ResourceRecordSet: { Name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: value }] },
});

const change = (...Changes: Change[]) =>
  client.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes, Comment: 'a <test> & more' } }),
  );
const records = async () =>
  (await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone }))).ResourceRecordSets!;
const published = () =>
  route53
    .published()[0]!
    .records.filter(({ type }) => type === 'CNAME')
    .flatMap(({ values }) => values);

test('a change is seen by the API at once, and by the name servers when it is in sync', async () => {
  const { ChangeInfo } = await change(cname('UPSERT', NEW));
  expect(ChangeInfo).toMatchObject({
    Status: 'PENDING',
    Comment: 'a <test> & more',
    SubmittedAt: new Date(clock.now()),
  });
  expect((await records()).find((record) => record.Type === 'CNAME')).toEqual({
    Name: 'retool.acme.example.',
    Type: 'CNAME',
    TTL: 60,
    ResourceRecords: [{ Value: NEW }],
  });
  await clock.advance(59_999);
  expect((await client.send(new GetChangeCommand({ Id: ChangeInfo!.Id }))).ChangeInfo!.Status).toBe('PENDING');
  expect(published()).toEqual([OLD]);
  await clock.advance(1);
  expect((await client.send(new GetChangeCommand({ Id: ChangeInfo!.Id }))).ChangeInfo!.Status).toBe('INSYNC');
  expect(published()).toEqual([NEW]);
});

test('a change survives a restart of the world, also while it is pending', async () => {
  await change(cname('UPSERT', NEW));
  await clock.advance(30_000);
  route53 = open();
  expect(published()).toEqual([OLD]);
  await clock.advance(30_000);
  expect(published()).toEqual([NEW]);
  expect(route53.createHostedZone('acme.example.')).toBe(zone);
});

test.each<[string, Change, string]>([
  [
    'creates what exists',
    cname('CREATE', NEW),
    "Tried to create resource record set [name='retool.acme.example.', type='CNAME'] but it already exists",
  ],
  [
    'deletes what is not there',
    a('DELETE', 'gone.acme.example', '192.0.2.1'),
    "Tried to delete resource record set [name='gone.acme.example.', type='A'] but it was not found",
  ],
  [
    'deletes with another value',
    cname('DELETE', NEW),
    "Tried to delete resource record set [name='retool.acme.example.', type='CNAME'] but the values provided do not match the current values",
  ],
  [
    'deletes with another TTL',
    cname('DELETE', OLD, 'retool.acme.example', 300),
    'but the values provided do not match the current values',
  ],
  [
    'puts a CNAME at the apex',
    cname('CREATE', NEW, 'acme.example'),
    'RRSet of type CNAME with DNS name acme.example. is not permitted at apex in zone acme.example.',
  ],
  [
    'leaves a CNAME beside an A',
    a('CREATE', 'retool.acme.example', '192.0.2.1'),
    'is not permitted as it conflicts with other records with the same DNS name in zone acme.example.',
  ],
  [
    'lies outside the zone',
    a('CREATE', 'retool.other.example', '192.0.2.1'),
    'RRSet with DNS name retool.other.example. is not permitted in zone acme.example.',
  ],
  ['has an illegal address', a('CREATE', 'new.acme.example', '300.1.1.1'), 'Value is not a valid IPv4 address'],
])('a batch with one change that %s fails as a whole', async (_, wrong, message) => {
  const before = await records();
  const error = await change(a('CREATE', 'good.acme.example', '192.0.2.9'), wrong).catch((caught) => caught);
  expect(error).toMatchObject({ name: 'InvalidChangeBatch', message: expect.stringContaining(message) });
  expect(error.message).toMatch(/^\[.*\]$/);
  expect(await records()).toEqual(before);
});

test('a batch may replace a CNAME by an alias in one go, and its reverse brings back what was', async () => {
  const before = await records();
  const alias: Change['ResourceRecordSet'] = {
    Name: 'retool.acme.example',
    Type: 'A',
    AliasTarget: { HostedZoneId: 'Z32O12XQLNTSW2', DNSName: NEW, EvaluateTargetHealth: false },
  };
  await change(cname('DELETE', OLD), { Action: 'CREATE', ResourceRecordSet: alias });
  expect((await records()).find((record) => record.Name === 'retool.acme.example.')).toEqual({
    Name: 'retool.acme.example.',
    Type: 'A',
    AliasTarget: { HostedZoneId: 'Z32O12XQLNTSW2', DNSName: `${NEW}.`, EvaluateTargetHealth: false },
  });
  await change({ Action: 'DELETE', ResourceRecordSet: alias }, cname('CREATE', OLD));
  expect(await records()).toEqual(before);
});

test('zones and records are listed, in pages', async () => {
  const other = route53.createHostedZone('zeta.example');
  await change(a('CREATE', '*.acme.example', '192.0.2.1'), a('CREATE', 'b.acme.example', '192.0.2.2'));
  const names: string[] = [];
  let next: { StartRecordName?: string; StartRecordType?: 'A' } = {};
  for (;;) {
    const page = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone, MaxItems: 2, ...next }));
    names.push(...page.ResourceRecordSets!.map((record) => `${record.Name} ${record.Type}`));
    if (!page.IsTruncated) break;
    next = { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType as 'A' };
  }
  expect(names).toEqual([
    'acme.example. NS',
    'acme.example. SOA',
    '\\052.acme.example. A',
    'b.acme.example. A',
    'retool.acme.example. CNAME',
  ]);

  const zones = await client.send(new ListHostedZonesCommand({ MaxItems: 1 }));
  expect(zones).toMatchObject({
    HostedZones: [{ Id: `/hostedzone/${zone}`, Name: 'acme.example.', ResourceRecordSetCount: 5 }],
    IsTruncated: true,
  });
  const rest = await client.send(new ListHostedZonesCommand({ Marker: zones.NextMarker }));
  expect(rest.HostedZones).toMatchObject([{ Id: `/hostedzone/${other}` }]);
  const byName = await client.send(new ListHostedZonesByNameCommand({ DNSName: 'zeta.example', MaxItems: 1 }));
  expect(byName.HostedZones).toMatchObject([{ Name: 'zeta.example.' }]);
  const one = await client.send(new GetHostedZoneCommand({ Id: zone }));
  expect(one.DelegationSet!.NameServers).toHaveLength(4);
  await expect(client.send(new GetHostedZoneCommand({ Id: 'Z0' }))).rejects.toMatchObject({ name: 'NoSuchHostedZone' });
});

test('permission is asked with the names, types and actions of the batch, and without it nothing changes', async () => {
  allowed = false;
  await expect(change(cname('UPSERT', NEW))).rejects.toMatchObject({ name: expect.stringContaining('AccessDenied') });
  expect(conditions).toEqual({
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['retool.acme.example'],
    'route53:ChangeResourceRecordSetsRecordTypes': ['CNAME'],
    'route53:ChangeResourceRecordSetsActions': ['UPSERT'],
  });
  await clock.advance(60_000);
  expect(published()).toEqual([OLD]);
});
