import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribePendingMaintenanceActionsCommand,
  paginateDescribeDBInstances,
  RDSClient,
} from '@aws-sdk/client-rds';
import { createRds, type Rds } from '../../../lib/local/rds/rds.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';

let account: Account;
let rds: Rds;
let client: RDSClient;
const arn = (kind: string, name: string) => `arn:aws:rds:${region}:${accountId}:${kind}:${name}`;

beforeAll(async () => {
  account = await startAccount((context) => {
    rds = createRds({ ...context, accountId, region });
    return [rds.endpoint];
  });
  client = new RDSClient(account.client());
  rds.describeInstance({
    DBInstanceIdentifier: 'Acme-1',
    DBClusterIdentifier: 'acme',
    Engine: 'aurora-postgresql',
    Endpoint: { Address: 'acme-1.rds.invalid', Port: 5432 },
    AllocatedStorage: 1,
    DeletionProtection: false,
    PendingModifiedValues: { DBInstanceClass: 'db.r7g.xlarge' },
  });
  rds.describeCluster({
    DBClusterIdentifier: 'acme',
    Engine: 'aurora-postgresql',
    Endpoint: 'acme.cluster.invalid',
    CustomEndpoints: ['acme.custom.invalid'],
    DBClusterMembers: [{ DBInstanceIdentifier: 'Acme-1', IsClusterWriter: true }],
    BackupRetentionPeriod: 7,
  });
});
afterAll(async () => {
  client.destroy();
  expect(account.defects).toEqual([]);
  await account.close();
});

test('describes instances with their types, by name in any case, by ARN or by cluster', async () => {
  const { DBInstances = [] } = await client.send(new DescribeDBInstancesCommand({}));
  expect(DBInstances).toEqual([
    {
      DBInstanceIdentifier: 'Acme-1',
      DBInstanceArn: arn('db', 'Acme-1'),
      DBClusterIdentifier: 'acme',
      Engine: 'aurora-postgresql',
      Endpoint: { Address: 'acme-1.rds.invalid', Port: 5432 },
      AllocatedStorage: 1,
      DeletionProtection: false,
      PendingModifiedValues: { DBInstanceClass: 'db.r7g.xlarge' },
    },
  ]);
  for (const DBInstanceIdentifier of ['ACME-1', arn('db', 'acme-1')]) {
    const found = await client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }));
    expect(found.DBInstances).toHaveLength(1);
  }
  const of = async (Name: string, ...Values: string[]) =>
    (await client.send(new DescribeDBInstancesCommand({ Filters: [{ Name, Values }] }))).DBInstances?.length;
  expect(await of('db-cluster-id', 'other', 'acme')).toBe(1);
  expect(await of('engine', 'mysql')).toBe(0);
  await expect(of('domain', 'x')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

test('describes clusters with their members and endpoints', async () => {
  const { DBClusters } = await client.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'acme' }));
  expect(DBClusters).toEqual([
    expect.objectContaining({
      DBClusterArn: arn('cluster', 'acme'),
      CustomEndpoints: ['acme.custom.invalid'],
      DBClusterMembers: [{ DBInstanceIdentifier: 'Acme-1', IsClusterWriter: true }],
    }),
  ]);
});

test('tells what waits to be done, with its day', async () => {
  const date = new Date('2026-03-05T03:00:00Z');
  const action = { Action: 'system-update', AutoAppliedAfterDate: date, Description: 'New OS' };
  rds.setMaintenance(arn('db', 'acme-1'), [action]);
  const ask = (ResourceIdentifier?: string) =>
    client.send(new DescribePendingMaintenanceActionsCommand({ ResourceIdentifier }));
  const expected = [{ ResourceIdentifier: arn('db', 'acme-1'), PendingMaintenanceActionDetails: [action] }];
  expect((await ask(arn('db', 'acme-1'))).PendingMaintenanceActions).toEqual(expected);
  expect((await ask()).PendingMaintenanceActions).toEqual(expected);
  expect((await ask(arn('cluster', 'acme'))).PendingMaintenanceActions).toEqual([]);
  await expect(ask(arn('db', 'gone'))).rejects.toMatchObject({ name: 'ResourceNotFoundFault' });
  await expect(ask('acme')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

test('what is not there is not found', async () => {
  await expect(client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'gone' }))).rejects.toMatchObject({
    name: 'DBInstanceNotFoundFault',
  });
  await expect(client.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'gone' }))).rejects.toMatchObject({
    name: 'DBClusterNotFoundFault',
  });
});

test('whoever lists must be allowed all, whoever asks for one that one', async () => {
  const action = 'rds:DescribeDBInstances';
  const one = new RDSClient(
    account.client(account.role('One', { Effect: 'Allow', Action: action, Resource: arn('db', 'acme-1') })),
  );
  expect((await one.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'acme-1' }))).DBInstances).toHaveLength(
    1,
  );
  await expect(one.send(new DescribeDBInstancesCommand({}))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining(`${action} on resource: ${arn('db', '*')}`),
  });
  const all = new RDSClient(
    account.client(account.role('All', { Effect: 'Allow', Action: action, Resource: arn('db', '*') })),
  );
  expect((await all.send(new DescribeDBInstancesCommand({}))).DBInstances).toHaveLength(1);
  one.destroy();
  all.destroy();
});

test('a long list comes page after page', async () => {
  for (let number = 0; number < 29; number += 1) rds.describeInstance({ DBInstanceIdentifier: `many-${number}` });
  const sizes: number[] = [];
  for await (const page of paginateDescribeDBInstances({ client, pageSize: 20 }, {})) {
    sizes.push(page.DBInstances?.length ?? 0);
  }
  expect(sizes).toEqual([20, 10]);
  await expect(client.send(new DescribeDBInstancesCommand({ MaxRecords: 5 }))).rejects.toThrow('between 20 and 100');
});
