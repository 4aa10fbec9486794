import type { AccessEntry } from '../kubernetes/authentication.ts';
import { type Authorize, AwsError, type Endpoint } from '../wire/endpoint.ts';
import { json, restEndpoint, route } from '../wire/rest.ts';

interface EksOptions {
  readonly region: string;
  readonly accountId: string;
  readonly authorize: Authorize;
}

interface EksCluster {
  readonly name: string;
  /** `1.33` */
  readonly version: string;
  /** The API server's URL. */
  readonly endpoint: string;
  /** PEM of the authority that signed the API server's certificate. */
  readonly caCertificate: string;
  /** Names of the add-ons that EKS keeps. */
  readonly addOns?: readonly string[];
}

export interface Eks {
  readonly endpoint: Endpoint;
  /** Adds the cluster or replaces the one of this name. @returns its ARN */
  registerCluster(cluster: EksCluster): string;
  /** Replaces the access entries of a cluster, as the assembly states them. */
  setAccessEntries(cluster: string, entries: readonly AccessEntry[]): void;
  /** For the cluster's API server, which asks at every request. */
  accessEntries(cluster: string): readonly AccessEntry[];
}

/** Amazon EKS's control plane. Nothing of it is persisted: the world registers its clusters at every start. */
export function createEks({ region, accountId, authorize }: EksOptions): Eks {
  const clusters = new Map<string, EksCluster>();
  const entries = new Map<string, readonly AccessEntry[]>();
  const arnOf = (name: string | undefined) => `arn:aws:eks:${region}:${accountId}:cluster/${name}`;
  const clusterOf = (name: string | undefined): EksCluster => {
    const cluster = clusters.get(name ?? '');
    if (!cluster) throw new AwsError('ResourceNotFoundException', 404, `No cluster found for name: ${name}.`);
    return cluster;
  };

  const endpoint = restEndpoint({
    service: 'eks',
    protocol: 'rest-json',
    routes: [
      route('ListClusters', 'GET /clusters', ({ principal, query }) => {
        authorize(principal, 'eks:ListClusters', '*');
        const names = [...clusters.keys()].sort();
        const from = Number(query.get('nextToken') ?? 0);
        const to = from + Number(query.get('maxResults') ?? 100);
        return json({ clusters: names.slice(from, to), nextToken: to < names.length ? String(to) : null });
      }),

      route('DescribeCluster', 'GET /clusters/{name}', ({ principal, parameters }) => {
        authorize(principal, 'eks:DescribeCluster', arnOf(parameters.name));
        const cluster = clusterOf(parameters.name);
        return json({
          cluster: {
            name: cluster.name,
            arn: arnOf(cluster.name),
            version: cluster.version,
            endpoint: cluster.endpoint,
            status: 'ACTIVE',
            certificateAuthority: { data: Buffer.from(cluster.caCertificate).toString('base64') },
            accessConfig: { authenticationMode: 'API' },
            resourcesVpcConfig: { endpointPublicAccess: false, endpointPrivateAccess: true },
          },
        });
      }),

      route('ListAddons', 'GET /clusters/{name}/addons', ({ principal, parameters, query }) => {
        authorize(principal, 'eks:ListAddons', arnOf(parameters.name));
        const names = [...(clusterOf(parameters.name).addOns ?? [])].sort();
        const from = Number(query.get('nextToken') ?? 0);
        const to = from + Number(query.get('maxResults') ?? 100);
        return json({ addons: names.slice(from, to), nextToken: to < names.length ? String(to) : null });
      }),

      route('ListAccessEntries', 'GET /clusters/{name}/access-entries', ({ principal, parameters }) => {
        authorize(principal, 'eks:ListAccessEntries', arnOf(parameters.name));
        const { name } = clusterOf(parameters.name);
        return json({ accessEntries: (entries.get(name) ?? []).map((entry) => entry.principalArn) });
      }),
    ],
  });

  return {
    endpoint,
    registerCluster(cluster) {
      clusters.set(cluster.name, cluster);
      return arnOf(cluster.name);
    },
    setAccessEntries: (cluster, given) => void entries.set(cluster, given),
    accessEntries: (cluster) => entries.get(cluster) ?? [],
  };
}
