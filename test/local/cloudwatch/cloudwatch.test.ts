import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { type CloudWatch, createCloudWatch } from '../../../lib/local/cloudwatch/cloudwatch.ts';
import { type Account, startAccount } from '../account.ts';

let account: Account;
let cloudWatch: CloudWatch;

beforeAll(async () => {
  account = await startAccount((context) => {
    cloudWatch = createCloudWatch(context);
    return [cloudWatch.endpoint];
  });
});
afterAll(async () => {
  expect(account.defects).toEqual([]);
  await account.close();
});

const MINUTE = 60_000;
/** A full hour, so that periods are easy to see. */
const NOON = Date.parse('2026-03-01T12:00:00Z');
const free = (id: string) => ({
  namespace: 'AWS/RDS',
  name: 'FreeStorageSpace',
  dimensions: { DBInstanceIdentifier: id, Engine: 'postgres' },
});
const query = (id: string, Period = 60, Stat = 'Minimum') => ({
  Id: 'free',
  MetricStat: {
    Metric: {
      Namespace: 'AWS/RDS',
      MetricName: 'FreeStorageSpace',
      // In another order than they were noted in.
      Dimensions: [
        { Name: 'Engine', Value: 'postgres' },
        { Name: 'DBInstanceIdentifier', Value: id },
      ],
    },
    Period,
    Stat,
  },
});
const ask = (id: string, more: Partial<ConstructorParameters<typeof GetMetricDataCommand>[0]> = {}, keys?: object) =>
  new CloudWatchClient(account.client(keys as never)).send(
    new GetMetricDataCommand({
      StartTime: new Date(NOON),
      EndTime: new Date(NOON + 120 * MINUTE),
      MetricDataQueries: [query(id)],
      ...more,
    }),
  );

test('answers values by period, the newest first, within what was asked', async () => {
  const points = [
    [-1, 9],
    [0, 5],
    [0.5, 3],
    [61, 4],
    [120, 1],
  ] as const;
  for (const [minute, value] of points) cloudWatch.record(free('acme'), value, NOON + minute * MINUTE);
  expect((await ask('acme')).MetricDataResults).toEqual([
    {
      Id: 'free',
      Label: 'FreeStorageSpace',
      StatusCode: 'Complete',
      Timestamps: [new Date(NOON + 61 * MINUTE), new Date(NOON)],
      Values: [4, 3],
    },
  ]);
  const hourly = await ask('acme', {
    MetricDataQueries: [query('acme', 3600, 'Average')],
    ScanBy: 'TimestampAscending',
  });
  expect(hourly.MetricDataResults?.[0]).toMatchObject({
    Timestamps: [new Date(NOON), new Date(NOON + 60 * MINUTE)],
    Values: [4, 4],
  });
});

test('a metric that is watched is read when somebody asks; one that nobody knows has no figure', async () => {
  let bytes: number | undefined = 7;
  cloudWatch.watch(free('live'), () => bytes);
  const now = { StartTime: new Date(Date.now() - MINUTE), EndTime: new Date(Date.now() + MINUTE) };
  expect((await ask('live', now)).MetricDataResults?.[0]?.Values).toEqual([7]);
  bytes = undefined;
  const kept = await ask('live', { ...now, MetricDataQueries: [query('live', 60, 'SampleCount')] });
  expect(kept.MetricDataResults?.[0]?.Values).toEqual([1]);
  expect((await ask('nobody', now)).MetricDataResults?.[0]?.Values).toEqual([]);
});

test('whoever may not ask is refused by the name of the action', async () => {
  await expect(ask('acme', {}, account.role('Nothing'))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('cloudwatch:GetMetricData'),
  });
  const reader = account.role('Reader', { Effect: 'Allow', Action: 'cloudwatch:GetMetricData', Resource: '*' });
  expect((await ask('acme', {}, reader)).$metadata.httpStatusCode).toBe(200);
});

test('what is not simulated is said', async () => {
  await expect(ask('acme', { MetricDataQueries: [query('acme', 60, 'p99')] })).rejects.toThrow('p99 is not simulated');
  await expect(ask('acme', { MetricDataQueries: [{ Id: 'm', Expression: 'free * 2' }] })).rejects.toThrow();
  await expect(ask('acme', { EndTime: new Date(NOON) })).rejects.toThrow('must be greater');
});
