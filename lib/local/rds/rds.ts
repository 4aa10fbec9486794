import type { DBCluster, DBInstance, PendingMaintenanceAction } from '@aws-sdk/client-rds';
import { type Authorize, AwsError, type Endpoint, type Principal } from '../wire/endpoint.ts';
import { queryEndpoint } from '../wire/query.ts';

interface RdsOptions {
  readonly authorize: Authorize;
  readonly accountId: string;
  readonly region: string;
}

type Instance = Omit<DBInstance, 'DBInstanceArn'> & { readonly DBInstanceIdentifier: string };
type Cluster = Omit<DBCluster, 'DBClusterArn'> & { readonly DBClusterIdentifier: string };

export interface Rds {
  readonly endpoint: Endpoint;
  /** Adds the instance or replaces the one of this name. @returns its ARN */
  describeInstance(instance: Instance): string;
  /** Adds the cluster or replaces the one of this name. @returns its ARN */
  describeCluster(cluster: Cluster): string;
  /** Replaces what waits to be done to an instance or a cluster. */
  setMaintenance(arn: string, actions: readonly PendingMaintenanceAction[]): void;
}

/** How RDS names what a list of it holds; of other lists `member`. */
const MEMBERS: Readonly<Record<string, string>> = {
  DBInstances: 'DBInstance',
  DBClusters: 'DBCluster',
  DBClusterMembers: 'DBClusterMember',
  PendingMaintenanceActions: 'ResourcePendingMaintenanceActions',
  PendingMaintenanceActionDetails: 'PendingMaintenanceAction',
};

/** Amazon RDS as far as it describes its servers. Nothing of it is persisted: the world describes them at every start. */
export function createRds({ authorize, accountId, region }: RdsOptions): Rds {
  const instances = new Map<string, DBInstance>();
  const clusters = new Map<string, DBCluster>();
  const maintenance = new Map<string, readonly PendingMaintenanceAction[]>();
  const arnOf = (kind: 'db' | 'cluster', name: string) => `arn:aws:rds:${region}:${accountId}:${kind}:${name}`;
  /** Asked for one, IAM decides on that one; asked for all, on all. */
  const may = (principal: Principal, action: string, kind: 'db' | 'cluster', name = '*') =>
    authorize(principal, `rds:${action}`, arnOf(kind, name));
  const nameIn = (parameters: URLSearchParams, key: string) => parameters.get(key)?.split(':').at(-1);

  const endpoint = queryEndpoint({
    service: 'rds',
    version: '2014-10-31',
    namespace: 'http://rds.amazonaws.com/doc/2014-10-31/',
    operations: {
      DescribeDBInstances(parameters, { principal }) {
        const name = nameIn(parameters, 'DBInstanceIdentifier');
        may(principal, 'DescribeDBInstances', 'db', name);
        const one = name === undefined ? undefined : instances.get(name.toLowerCase());
        if (name !== undefined && !one) throw new AwsError('DBInstanceNotFound', 404, `DBInstance ${name} not found.`);
        const found = (one ? [one] : [...instances.values()]).filter(
          filter(parameters, {
            'db-instance-id': ({ DBInstanceIdentifier }) => DBInstanceIdentifier,
            'db-cluster-id': ({ DBClusterIdentifier }) => DBClusterIdentifier,
            engine: ({ Engine }) => Engine,
          }),
        );
        return paged('DBInstances', found, parameters);
      },
      DescribeDBClusters(parameters, { principal }) {
        const name = nameIn(parameters, 'DBClusterIdentifier');
        may(principal, 'DescribeDBClusters', 'cluster', name);
        const one = name === undefined ? undefined : clusters.get(name.toLowerCase());
        if (name !== undefined && !one) {
          throw new AwsError('DBClusterNotFoundFault', 404, `DBCluster ${name} not found.`);
        }
        const found = (one ? [one] : [...clusters.values()]).filter(
          filter(parameters, {
            'db-cluster-id': ({ DBClusterIdentifier }) => DBClusterIdentifier,
            engine: ({ Engine }) => Engine,
          }),
        );
        return paged('DBClusters', found, parameters);
      },
      DescribePendingMaintenanceActions(parameters, { principal }) {
        const arn = parameters.get('ResourceIdentifier') ?? undefined;
        const [kind, name] = arn?.split(':').slice(-2) ?? [];
        if (arn !== undefined && kind !== 'db' && kind !== 'cluster') {
          throw invalid(`ResourceIdentifier ${arn} is not the ARN of an instance or a cluster.`);
        }
        may(principal, 'DescribePendingMaintenanceActions', kind === 'cluster' ? 'cluster' : 'db', name);
        if (arn !== undefined && !(kind === 'db' ? instances : clusters).has(name?.toLowerCase() ?? '')) {
          throw new AwsError(
            'ResourceNotFoundFault',
            404,
            `The specified resource name ${arn} does not match a resource.`,
          );
        }
        const found = [...maintenance]
          .filter(([of, actions]) => actions.length > 0 && (arn === undefined || of === arn))
          .map(([ResourceIdentifier, actions]) => ({
            ResourceIdentifier,
            PendingMaintenanceActionDetails: [...actions],
          }));
        return paged('PendingMaintenanceActions', found, parameters);
      },
    },
  });

  return {
    endpoint,
    describeInstance(instance) {
      const DBInstanceArn = arnOf('db', instance.DBInstanceIdentifier);
      instances.set(instance.DBInstanceIdentifier.toLowerCase(), { ...instance, DBInstanceArn });
      return DBInstanceArn;
    },
    describeCluster(cluster) {
      const DBClusterArn = arnOf('cluster', cluster.DBClusterIdentifier);
      clusters.set(cluster.DBClusterIdentifier.toLowerCase(), { ...cluster, DBClusterArn });
      return DBClusterArn;
    },
    setMaintenance: (arn, actions) => void maintenance.set(arn, actions),
  };
}

/** `Filters.Filter.1.Name` and `Filters.Filter.1.Values.Value.1`: each filter must have the thing's value among its own. */
function filter<T>(
  parameters: URLSearchParams,
  known: Readonly<Record<string, (thing: T) => string | undefined>>,
): (thing: T) => boolean {
  const filters = [...parameters.keys()].flatMap((key) => {
    const [, number] = /^Filters\.Filter\.(\d+)\.Name$/.exec(key) ?? [];
    return number === undefined ? [] : [number];
  });
  const tests = filters.map((number) => {
    const name = parameters.get(`Filters.Filter.${number}.Name`) ?? '';
    const of = known[name];
    if (!of) throw invalid(`Unrecognized filter name: ${name}`);
    const values = [...parameters.keys()]
      .filter((key) => key.startsWith(`Filters.Filter.${number}.Values.Value.`))
      .map((key) => parameters.get(key));
    return (thing: T) => values.includes(of(thing) ?? null);
  });
  return (thing) => tests.every((test) => test(thing));
}

/** One page of a list; the marker is opaque to callers, here it is where the next page begins. */
function paged(name: string, all: readonly object[], parameters: URLSearchParams): Record<string, unknown> {
  const size = Number(parameters.get('MaxRecords') ?? 100);
  if (!(size >= 20 && size <= 100)) throw invalid(`Invalid value ${size} for MaxRecords. Must be between 20 and 100`);
  const from = Number(parameters.get('Marker') ?? 0);
  if (!Number.isInteger(from)) throw invalid('The marker is not valid.');
  const to = from + size;
  return {
    ...(elements({ [name]: all.slice(from, to) }) as object),
    ...(to < all.length && { Marker: String(to) }),
  };
}

/** A shape of the SDK as RDS writes it in XML: lists in elements of their own, instants in ISO 8601. */
function elements(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      Array.isArray(inner) ? { [MEMBERS[name] ?? 'member']: inner.map(elements) } : elements(inner),
    ]),
  );
}

const invalid = (message: string) => new AwsError('InvalidParameterValue', 400, message);
