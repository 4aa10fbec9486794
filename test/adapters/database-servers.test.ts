import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  type DBCluster,
  type DBInstance,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribePendingMaintenanceActionsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { mockClient } from 'aws-sdk-client-mock';
import { databaseServers } from '../../lib/adapters/database-servers.ts';
import { DatabaseServer } from '../../lib/workflow/documents/capacity.ts';
import { sdkError } from '../support/declared.ts';

const [rds, cloudWatch] = [mockClient(RDSClient), mockClient(CloudWatchClient)];
const NOON = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;
const GIB = 2 ** 30;
const region = { region: 'eu-west-1' };
const aliases = new Map<string, string[]>();
const servers = () =>
  databaseServers({
    rds: new RDSClient(region),
    cloudWatch: new CloudWatchClient(region),
    aliasesOf: async (host) => aliases.get(host) ?? [],
    now: () => NOON,
  });
const at = (host: string, port = 5432) => servers().at({ host, port });

const instance: DBInstance = {
  DBInstanceIdentifier: 'acme',
  DBInstanceArn: 'arn:db:acme',
  DBInstanceClass: 'db.m7g.large',
  DBInstanceStatus: 'available',
  Engine: 'postgres',
  Endpoint: { Address: 'acme.x.eu-west-1.rds.amazonaws.com', Port: 5432 },
  StorageType: 'gp3',
  AllocatedStorage: 100,
  BackupRetentionPeriod: 7,
  DeletionProtection: true,
  PreferredMaintenanceWindow: 'sun:03:00-sun:03:30',
};
const aurora: DBCluster = {
  DBClusterIdentifier: 'blue',
  DBClusterArn: 'arn:cluster:blue',
  Engine: 'aurora-postgresql',
  Status: 'available',
  Endpoint: 'blue.cluster-x.rds.amazonaws.com',
  ReaderEndpoint: 'blue.cluster-ro-x.rds.amazonaws.com',
  CustomEndpoints: ['blue.cluster-custom-x.rds.amazonaws.com'],
  Port: 5432,
  AllocatedStorage: 1,
  BackupRetentionPeriod: 3,
  DBClusterMembers: [
    { DBInstanceIdentifier: 'blue-2', IsClusterWriter: false },
    { DBInstanceIdentifier: 'blue-1', IsClusterWriter: true },
  ],
};
const member = (number: number): DBInstance => ({
  DBInstanceIdentifier: `blue-${number}`,
  DBInstanceArn: `arn:db:blue-${number}`,
  DBClusterIdentifier: 'blue',
  DBInstanceStatus: number === 1 ? 'modifying' : 'available',
  Engine: 'aurora-postgresql',
  Endpoint: { Address: `blue-${number}.x.rds.amazonaws.com`, Port: 5432 },
  StorageType: 'aurora',
});

/** What CloudWatch has: points of minutes and of hours, the newest first. */
function figures(minutes: readonly [number, number][], hours: readonly [number, number][] = []): void {
  const result = (points: readonly [number, number][]) => ({
    MetricDataResults: [
      { Id: 'free', Timestamps: points.map(([time]) => new Date(time)), Values: points.map(([, value]) => value) },
    ],
  });
  cloudWatch
    .on(GetMetricDataCommand)
    .callsFake(({ MetricDataQueries: [query] }: { MetricDataQueries: { MetricStat: { Period: number } }[] }) =>
      result(query?.MetricStat.Period === 60 ? minutes : hours),
    );
}

beforeEach(() => {
  rds.reset();
  cloudWatch.reset();
  rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [instance] });
  rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [] });
  rds.on(DescribePendingMaintenanceActionsCommand).resolves({});
  figures([[NOON - 60_000, 40 * GIB]]);
});

test('finds an instance by address and port, on whatever page, and tells its room and backups', async () => {
  rds.on(DescribeDBInstancesCommand, { Marker: undefined }).resolves({ DBInstances: [], Marker: 'more' });
  rds.on(DescribeDBInstancesCommand, { Marker: 'more' }).resolves({ DBInstances: [instance] });
  const { server, problems } = await at('ACME.x.eu-west-1.rds.amazonaws.com');
  expect(problems).toEqual([]);
  expect(DatabaseServer.parse(server)).toEqual({
    name: 'acme',
    engine: 'postgres',
    instanceClass: 'db.m7g.large',
    status: 'available',
    storage: { type: 'gp3', allocatedBytes: 100 * GIB, mostBytes: null },
    free: { bytes: 40 * GIB, at: '2026-03-01T11:59:00.000Z' },
    filling: null,
    backupDays: 7,
    replicaOf: null,
    deletionProtection: true,
    maintenanceWindow: 'sun:03:00-sun:03:30',
    pending: [],
  });
  const [fresh, week] = cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input);
  expect(fresh?.MetricDataQueries?.[0]?.MetricStat?.Metric).toEqual({
    Namespace: 'AWS/RDS',
    MetricName: 'FreeStorageSpace',
    Dimensions: [{ Name: 'DBInstanceIdentifier', Value: 'acme' }],
  });
  expect([fresh, week].map((input) => NOON - (input?.StartTime?.getTime() ?? 0))).toEqual([HOUR / 4, 7 * 24 * HOUR]);
});

test('a server that is none of this account is none, with no further question', async () => {
  for (const [host, port] of [
    ['db.example.com', 5432],
    ['acme.x.eu-west-1.rds.amazonaws.com', 6432],
  ] as const) {
    expect(await at(host, port)).toEqual({ server: null, problems: [] });
  }
  expect(cloudWatch.calls()).toHaveLength(0);
});

test('a name of the owner that leads to a server, leads to it', async () => {
  aliases.set('db.acme.internal', ['green.acme.internal', 'Acme.x.eu-west-1.rds.amazonaws.com']);
  expect((await at('db.acme.internal')).server?.name).toBe('acme');
  expect((await at('green.acme.internal')).server).toBeNull();
});

test('a read replica names its primary, which keeps its backups', async () => {
  const replica = { BackupRetentionPeriod: 0, ReadReplicaSourceDBInstanceIdentifier: 'primary' };
  rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [{ ...instance, ...replica }] });
  const { server } = await at('acme.x.eu-west-1.rds.amazonaws.com');
  expect(server).toMatchObject({ backupDays: 0, replicaOf: 'primary' });
});

test('both sides are found with one list', async () => {
  const both = servers();
  await both.at({ host: 'one.invalid', port: 5432 });
  await both.at({ host: 'two.invalid', port: 5432 });
  expect(rds.commandCalls(DescribeDBInstancesCommand)).toHaveLength(1);
});

test.each([
  'blue.cluster-x.rds.amazonaws.com',
  'blue.cluster-ro-x.rds.amazonaws.com',
  'blue.cluster-custom-x.rds.amazonaws.com',
  'blue-1.x.rds.amazonaws.com',
])('Aurora is found by %s: its volume grows by itself, and it sorts on the disk of its writer', async (host) => {
  rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [member(2), member(1)] });
  rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [aurora] });
  expect((await at(host)).server).toMatchObject({
    name: 'blue',
    engine: 'aurora-postgresql',
    status: 'modifying',
    storage: { type: 'aurora', allocatedBytes: null, mostBytes: null },
    free: { bytes: 40 * GIB },
    filling: null,
    backupDays: 3,
    deletionProtection: false,
  });
  const asked = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input.MetricDataQueries?.[0]?.MetricStat;
  expect(asked?.Metric).toMatchObject({ MetricName: 'FreeLocalStorage', Dimensions: [{ Value: 'blue-1' }] });
});

test('a Multi-AZ cluster that is no Aurora has storage of its own', async () => {
  const cluster = { ...aurora, Engine: 'postgres', AllocatedStorage: 400, StorageType: 'io1' };
  rds
    .on(DescribeDBInstancesCommand)
    .resolves({ DBInstances: [{ ...member(1), Engine: 'postgres', AllocatedStorage: 1 }] });
  rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [cluster] });
  expect((await at('blue.cluster-x.rds.amazonaws.com')).server?.storage).toEqual({
    type: 'io1',
    allocatedBytes: 400 * GIB,
    mostBytes: null,
  });
});

test('tells what waits to be done by name: no value, which may be a password', async () => {
  const changed = { MaxAllocatedStorage: 500, PendingModifiedValues: { MasterUserPassword: 'hush', MultiAZ: true } };
  rds.on(DescribeDBInstancesCommand).resolves({ DBInstances: [{ ...instance, ...changed }] });
  const CurrentApplyDate = new Date('2026-03-08T03:00:00Z');
  const PendingMaintenanceActionDetails = [
    { Action: 'system-update', Description: 'New OS', CurrentApplyDate },
    { Action: 'db-upgrade' },
  ];
  rds
    .on(DescribePendingMaintenanceActionsCommand, { ResourceIdentifier: 'arn:db:acme' })
    .resolves({ PendingMaintenanceActions: [{ PendingMaintenanceActionDetails }] });
  const { server } = await at('acme.x.eu-west-1.rds.amazonaws.com');
  expect(server?.storage.mostBytes).toBe(500 * GIB);
  expect(server?.pending).toEqual([
    { what: 'change of MasterUserPassword', by: null },
    { what: 'change of MultiAZ', by: null },
    { what: 'system-update: New OS', by: '2026-03-08T03:00:00.000Z' },
    { what: 'db-upgrade', by: null },
  ]);
  expect(JSON.stringify(server)).not.toContain('hush');
});

describe('how a server fills', () => {
  const filling = async (...hours: [number, number][]) => {
    figures([[NOON, 40 * GIB]], hours);
    return (await at('acme.x.eu-west-1.rds.amazonaws.com')).server?.filling;
  };
  const ago = (hoursAgo: number): number => NOON - hoursAgo * HOUR;

  test('is known from the oldest figure of the week', async () => {
    expect(await filling([ago(1), 41 * GIB], [ago(96), 48 * GIB])).toEqual({
      since: '2026-02-25T12:00:00.000Z',
      bytesPerDay: 2 * GIB,
    });
  });
  test('is not known before a day has passed, nor where storage was enlarged or emptied', async () => {
    expect(await filling([ago(23), 48 * GIB])).toBeNull();
    expect(await filling([ago(96), 20 * GIB])).toBeNull();
    expect(await filling()).toBeNull();
  });
});

describe('where something cannot be looked at, the rest is told, and that it was not', () => {
  const denied = sdkError('AccessDenied');

  test.each([
    ['the list of instances', DescribeDBInstancesCommand],
    ['the list of clusters', DescribeDBClustersCommand],
  ])('%s', async (_, command) => {
    rds.on(command as typeof DescribeDBInstancesCommand).rejects(denied);
    const { server, problems } = await at('acme.x.eu-west-1.rds.amazonaws.com');
    expect(server).toBeNull();
    expect(problems).toMatchObject([
      { kind: 'not-looked', severity: 'INFO', what: expect.stringMatching(/may not see the server of acme/) },
    ]);
  });

  test('CloudWatch and maintenance', async () => {
    cloudWatch.on(GetMetricDataCommand).rejects(denied);
    rds.on(DescribePendingMaintenanceActionsCommand).rejects(sdkError('TimeoutError'));
    const { server, problems } = await at('acme.x.eu-west-1.rds.amazonaws.com');
    expect(server).toMatchObject({ free: null, filling: null, pending: [], backupDays: 7 });
    expect(problems.map(({ where, todo }) => [where, todo])).toEqual([
      ['cloudwatch:GetMetricData', expect.stringMatching(/^Allow InspectDatabases cloudwatch:GetMetricData/)],
      ['rds:DescribePendingMaintenanceActions', expect.stringMatching(/interface endpoints for rds and monitoring/)],
    ]);
  });

  test('CloudWatch has no figure', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({});
    expect(await at('acme.x.eu-west-1.rds.amazonaws.com')).toMatchObject({ server: { free: null }, problems: [] });
  });
});
