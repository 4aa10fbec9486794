import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Assembly } from '../assembly/assembly.ts';
import type { Clock } from '../clock.ts';
import { createEks, type Eks } from '../eks/eks.ts';
import type { Credentials } from '../iam/credentials.ts';
import { createKubernetes, type Kubernetes } from '../kubernetes/kubernetes.ts';
import type { Manifest } from '../kubernetes/object-store.ts';
import type { ResolveImage } from '../processes/image.ts';
import type { Processes } from '../processes/processes.ts';
import type { Authorize } from '../wire/endpoint.ts';
import { verifyPresigned } from '../wire/sigv4.ts';
import { ACCOUNT } from './account.ts';
import type { Roles } from './roles.ts';
import { VIEWERS, viewerManifests } from './viewer.ts';

/** EKS and the clusters that the assembly's access entries name. */
export interface TargetClusters {
  readonly eks: Eks;
  readonly kubernetes: ReadonlyMap<string, Kubernetes>;
  start(): void;
  close(): Promise<void>;
}

interface TargetClustersOptions {
  readonly assembly: Assembly;
  /** One folder a cluster. */
  readonly directory: string;
  readonly clock: Clock;
  readonly authorize: Authorize;
  readonly credentials: Credentials;
  /** Keys of the role that Pod Identity gives a pod. */
  readonly podKeys: Roles['ofPod'];
  readonly processes: Processes;
  readonly resolveImage: ResolveImage;
  readonly baseEnvironment: () => Readonly<Record<string, string>>;
  /** The person at the keyboard administers each cluster. */
  readonly operatorArn: string;
  /** Reads each cluster, but for its secrets. */
  readonly viewerArn: string;
}

/** A recent version that EKS offers. */
const KUBERNETES_VERSION = '1.33';
/** The last gives pods their roles: without it no restore reaches its staging. */
const ADD_ONS = ['coredns', 'kube-proxy', 'vpc-cni', 'eks-pod-identity-agent'];

export async function openTargetClusters(options: TargetClustersOptions): Promise<TargetClusters> {
  const { assembly, credentials, clock } = options;
  const eks = createEks({ ...ACCOUNT, authorize: options.authorize });
  const names = new Set([...assembly.accessEntries, ...assembly.podIdentities].map(({ clusterName }) => clusterName));
  const open = async (clusterName: string): Promise<[string, Kubernetes]> => {
    const kubernetes = await createKubernetes({
      ...ACCOUNT,
      clusterName,
      clock,
      directory: join(options.directory, clusterName),
      processes: options.processes,
      resolveImage: options.resolveImage,
      baseEnvironment: options.baseEnvironment,
      accessEntries: () => eks.accessEntries(clusterName),
      stsUrl: () => options.baseEnvironment().AWS_ENDPOINT_URL,
      verifyPresigned: (url, headers) => verifyPresigned(url, { credentials, clock, headers }),
      credentialsFor(namespace, serviceAccount, pod) {
        const found = assembly.podIdentities.find(
          (each) =>
            each.clusterName === clusterName && each.namespace === namespace && each.serviceAccount === serviceAccount,
        );
        return found && options.podKeys(found, pod);
      },
    });
    eks.registerCluster({
      name: clusterName,
      version: KUBERNETES_VERSION,
      endpoint: kubernetes.url,
      caCertificate: kubernetes.caCertificate,
      addOns: ADD_ONS,
    });
    eks.setAccessEntries(clusterName, [
      { principalArn: options.operatorArn, policies: ['AmazonEKSClusterAdminPolicy'] },
      { principalArn: options.viewerArn, kubernetesGroups: [VIEWERS] },
      ...assembly.accessEntries
        .filter((entry) => entry.clusterName === clusterName)
        .map(({ principalArn, groups }) => ({ principalArn, kubernetesGroups: groups })),
    ]);
    for (const manifest of viewerManifests) kubernetes.apply(manifest);
    return [clusterName, kubernetes];
  };
  const kubernetes = new Map(await Promise.all([...names].map(open)));
  return {
    eks,
    kubernetes,
    start() {
      for (const cluster of kubernetes.values()) cluster.start();
    },
    async close() {
      await Promise.all([...kubernetes.values()].map((cluster) => cluster.close()));
    },
  };
}

/** What a user applies by hand before the first run: `kubectl apply --filename rbac.json`. */
export function applyManifests(kubernetes: Kubernetes, file: string): void {
  const { items } = JSON.parse(readFileSync(file, 'utf8')) as { readonly items: readonly Manifest[] };
  for (const manifest of items) kubernetes.apply(manifest);
}
