import { type CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import {
  type DBCluster,
  type DBInstance,
  type PendingMaintenanceAction,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  paginateDescribePendingMaintenanceActions,
  type RDSClient,
} from '@aws-sdk/client-rds';
import type { DatabaseServer } from '../workflow/documents/capacity.ts';
import type { Problem } from '../workflow/documents/findings.ts';
import { isDenied } from './refused.ts';

/** What RDS and CloudWatch know of a database's server. */
interface FoundServer {
  /** Null for a server that is none of this account and region, and where RDS could not be asked. */
  readonly server: DatabaseServer | null;
  /** What could not be looked at; a run goes on without. */
  readonly problems: readonly Problem[];
}

export interface DatabaseServers {
  /** The server that listens at an address. Never throws: whatever goes wrong is a problem. */
  at(address: { readonly host: string; readonly port: number }): Promise<FoundServer>;
}

/** An instance, or a cluster with its writer. */
interface Described {
  readonly instance: DBInstance | undefined;
  readonly cluster: DBCluster | undefined;
}

interface Sources {
  readonly rds: RDSClient;
  readonly cloudWatch: CloudWatchClient;
  /** The names to which a name leads in DNS, one after another; none where it is no alias. */
  readonly aliasesOf: (host: string) => Promise<readonly string[]>;
  readonly now: () => number;
}

const GIB = 2 ** 30;
const DAY_MS = 86_400_000;
/** RDS tells its free storage every minute, some minutes late. */
const FRESH_MS = 15 * 60_000;
/** For how long CloudWatch is asked how the server fills. */
const LOOK_BACK_DAYS = 7;

/** Looks servers up by address: RDS has no such query, so every server of the account is listed, once. */
export function databaseServers({ rds, cloudWatch, aliasesOf, now }: Sources): DatabaseServers {
  let listed: Promise<{ instances: DBInstance[]; clusters: DBCluster[] }> | undefined;
  const list = () => {
    listed ??= listServers(rds);
    return listed;
  };
  return {
    async at({ host, port }) {
      const problems: Problem[] = [];
      const look = async <T>(action: string, what: string, ask: () => Promise<T>): Promise<T | null> => {
        try {
          return await ask();
        } catch (error) {
          problems.push(notLooked(action, `${what} of ${host}:${port}`, error));
          return null;
        }
      };
      const all = await look('rds:DescribeDBInstances and rds:DescribeDBClusters', 'the server', list);
      const find = (name: string) => all && findServer(all.instances, all.clusters, { host: name, port });
      let found = find(host);
      if (!found && all && all.instances.length > 0) {
        // A name of the owner's own may lead to it.
        const names = await look('dns', 'the aliases', () => aliasesOf(host));
        for (const name of names ?? []) found ??= find(name);
      }
      if (!found) return { server: null, problems };
      const [room, maintenance] = await Promise.all([
        look('cloudwatch:GetMetricData', 'the free storage', () => measure(cloudWatch, found, now())),
        look('rds:DescribePendingMaintenanceActions', 'pending maintenance', () => listMaintenance(rds, found)),
      ]);
      return { server: describe(found, room, maintenance ?? []), problems };
    },
  };
}

async function listServers(rds: RDSClient) {
  const collect = async <Page, Item>(pages: AsyncIterable<Page>, items: (page: Page) => readonly Item[] = () => []) => {
    const all: Item[] = [];
    for await (const page of pages) all.push(...items(page));
    return all;
  };
  const [instances, clusters] = await Promise.all([
    collect(paginateDescribeDBInstances({ client: rds }, {}), ({ DBInstances }) => DBInstances ?? []),
    collect(paginateDescribeDBClusters({ client: rds }, {}), ({ DBClusters }) => DBClusters ?? []),
  ]);
  return { instances, clusters };
}

/** By the address of an instance, or by any of a cluster's. */
function findServer(
  instances: readonly DBInstance[],
  clusters: readonly DBCluster[],
  { host, port }: { host: string; port: number },
): Described | null {
  const same = (address: string | undefined) => address?.toLowerCase() === host.toLowerCase();
  const instance = instances.find(({ Endpoint }) => same(Endpoint?.Address) && Endpoint?.Port === port);
  if (instance) {
    const id = instance.DBClusterIdentifier;
    return { instance, cluster: clusters.find((each) => id && each.DBClusterIdentifier === id) };
  }
  const cluster = clusters.find(
    (each) => [each.Endpoint, each.ReaderEndpoint, ...(each.CustomEndpoints ?? [])].some(same) && each.Port === port,
  );
  if (!cluster) return null;
  const writer = cluster.DBClusterMembers?.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier;
  return { instance: instances.find((each) => writer && each.DBInstanceIdentifier === writer), cluster };
}

const isAurora = ({ instance, cluster }: Described): boolean =>
  (cluster?.Engine ?? instance?.Engine ?? '').startsWith('aurora');

type Room = Pick<DatabaseServer, 'free' | 'filling'>;

/** What is free now and, of a volume that does not grow by itself, how it got there. */
async function measure(cloudWatch: CloudWatchClient, found: Described, now: number): Promise<Room> {
  const id = found.instance?.DBInstanceIdentifier;
  if (!id) return { free: null, filling: null };
  const points = async (sinceMs: number, Period: number): Promise<Point[]> => {
    const metric = {
      Namespace: 'AWS/RDS',
      MetricName: isAurora(found) ? 'FreeLocalStorage' : 'FreeStorageSpace',
      Dimensions: [{ Name: 'DBInstanceIdentifier', Value: id }],
    };
    const { MetricDataResults } = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - sinceMs),
        EndTime: new Date(now),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: [{ Id: 'free', MetricStat: { Metric: metric, Period, Stat: 'Minimum' } }],
      }),
    );
    return pointsOf(MetricDataResults?.[0]);
  };
  const [[latest], week] = await Promise.all([points(FRESH_MS, 60), points(LOOK_BACK_DAYS * DAY_MS, 3600)]);
  const first = week.at(-1);
  return {
    free: latest ? { bytes: Math.round(latest.value), at: new Date(latest.at).toISOString() } : null,
    filling: latest && first && !isAurora(found) ? fillingBetween(first, latest) : null,
  };
}

interface Point {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

const pointsOf = (result: MetricDataResult | undefined): Point[] =>
  (result?.Timestamps ?? []).map((at, index) => ({ at: at.getTime(), value: result?.Values?.[index] ?? 0 }));

/** Storage that was enlarged or emptied meanwhile tells nothing. */
function fillingBetween(first: Point, last: Point): DatabaseServer['filling'] {
  const bytes = first.value - last.value;
  const passed = last.at - first.at;
  if (passed < DAY_MS || bytes < 0) return null;
  return { since: new Date(first.at).toISOString(), bytesPerDay: Math.round((bytes * DAY_MS) / passed) };
}

/** Maintenance of the cluster and of the instance, which RDS tells apart. */
async function listMaintenance(rds: RDSClient, { instance, cluster }: Described): Promise<PendingMaintenanceAction[]> {
  const arns = [instance?.DBInstanceArn, cluster?.DBClusterArn].filter((arn) => arn !== undefined);
  const lists = await Promise.all(
    arns.map(async (ResourceIdentifier) => {
      const all: PendingMaintenanceAction[] = [];
      for await (const page of paginateDescribePendingMaintenanceActions({ client: rds }, { ResourceIdentifier })) {
        const actions = page.PendingMaintenanceActions ?? [];
        all.push(...actions.flatMap(({ PendingMaintenanceActionDetails = [] }) => PendingMaintenanceActionDetails));
      }
      return all;
    }),
  );
  return lists.flat();
}

function describe(
  found: Described,
  room: Room | null,
  maintenance: readonly PendingMaintenanceAction[],
): DatabaseServer {
  const { instance, cluster } = found;
  // A cluster has backups and maintenance of its own; in one that is no Aurora, storage too.
  const whole = cluster ?? instance;
  const storage = found.cluster && !isAurora(found) ? cluster : instance;
  const modified = Object.keys(definedIn(instance?.PendingModifiedValues));
  return {
    name: cluster?.DBClusterIdentifier ?? instance?.DBInstanceIdentifier ?? '',
    engine: whole?.Engine ?? '',
    instanceClass: instance?.DBInstanceClass ?? cluster?.DBClusterInstanceClass ?? null,
    status: statusOf(found),
    storage: {
      type: storage?.StorageType ?? (isAurora(found) ? 'aurora' : ''),
      allocatedBytes: isAurora(found) ? null : (storage?.AllocatedStorage ?? 0) * GIB,
      mostBytes: isAurora(found) || !instance?.MaxAllocatedStorage ? null : instance.MaxAllocatedStorage * GIB,
    },
    free: room?.free ?? null,
    filling: room?.filling ?? null,
    backupDays: whole?.BackupRetentionPeriod ?? 0,
    replicaOf: instance?.ReadReplicaSourceDBInstanceIdentifier ?? cluster?.ReplicationSourceIdentifier ?? null,
    deletionProtection: whole?.DeletionProtection ?? false,
    maintenanceWindow: whole?.PreferredMaintenanceWindow ?? null,
    pending: [
      // Names only: among the values may be a password.
      ...modified.map((name) => ({ what: `change of ${name}`, by: null })),
      ...maintenance.map((action) => ({
        what: [action.Action, action.Description].filter(Boolean).join(': '),
        by: (action.CurrentApplyDate ?? action.AutoAppliedAfterDate ?? action.ForcedApplyDate)?.toISOString() ?? null,
      })),
    ],
  };
}

/** What is not `available`, of the cluster or of its writer. */
function statusOf({ instance, cluster }: Described): string {
  const statuses = [cluster?.Status, instance?.DBInstanceStatus].filter((status) => status !== undefined);
  return statuses.find((status) => status !== 'available') ?? statuses[0] ?? 'unknown';
}

const definedIn = (values: object | undefined): object =>
  Object.fromEntries(
    Object.entries(values ?? {}).filter(([, value]) => value !== undefined && !(Array.isArray(value) && !value.length)),
  );

const notLooked = (action: string, what: string, error: unknown): Problem => ({
  kind: 'not-looked',
  severity: 'INFO',
  what: isDenied(error)
    ? `Passage may not see ${what}.`
    : `Passage could not see ${what}: ${error instanceof Error ? error.name : 'an unknown failure'}.`,
  where: action,
  todo: isDenied(error)
    ? `Allow InspectDatabases ${action}; a policy of the organization may deny it.`
    : "Look yourself. Where Passage's subnets have no way to these APIs, give them one (a NAT gateway, or interface endpoints for rds and monitoring).",
});
