import type { EKSClient } from '@aws-sdk/client-eks';
import { ApisApi, AppsV1Api, CoreV1Api, type KubeConfig, VersionApi } from '@kubernetes/client-node';
import type { ClusterNode } from '../../workflow/documents/capacity.ts';
import { connectCluster, isForbidden, kubernetesRefused } from './cluster.ts';
import { type ControlPlane, controlPlane } from './control-plane.ts';
import { type Deployment, readDeployment, requestedBy } from './deployments.ts';
import { readNode } from './nodes.ts';

/** What a cluster as a whole tells, whatever the namespace. */
export interface Survey extends ControlPlane, ClusterSurvey {}

/** Of that, what its own API tells. */
interface ClusterSurvey {
  /** As in `v1.33.5-eks-…`. */
  readonly version: string;
  /** Names of the API groups that are served, those of custom resources included. */
  readonly apiGroups: readonly string[];
  /** Deployments of any namespace; null where Passage may not list them. */
  readonly deployments: {
    readonly application: readonly Deployment[];
    /** The others, by `namespace/name`, with the images of their containers. */
    readonly others: readonly { readonly name: string; readonly images: readonly string[] }[];
    /** What all of them ask for together, at their replicas now. */
    readonly requested: { readonly cpuMillis: number; readonly memoryMiB: number };
  } | null;
  /** Null where Passage may not list them. */
  readonly nodes: readonly ClusterNode[] | null;
}

/** Looks at a whole cluster, as far as Passage may. */
export async function surveyCluster(eks: EKSClient, cluster: string): Promise<Survey> {
  // Connecting first: it tells a cluster that is not there by its name.
  const config = await connectCluster(eks, cluster);
  const [seen, plane] = await Promise.all([survey(config), controlPlane(eks, cluster)]);
  return { ...seen, ...plane };
}

/** As `surveyCluster`, over a connection that is there. */
export async function survey(config: KubeConfig): Promise<ClusterSurvey> {
  try {
    const allowed = (error: unknown): null => {
      if (isForbidden(error)) return null;
      throw error;
    };
    const [version, groups, deployments, nodes] = await Promise.all([
      config.makeApiClient(VersionApi).getCode(),
      config.makeApiClient(ApisApi).getAPIVersions(),
      config.makeApiClient(AppsV1Api).listDeploymentForAllNamespaces().catch(allowed),
      config.makeApiClient(CoreV1Api).listNode().catch(allowed),
    ]);
    const found = (deployments?.items ?? []).map((each) => ({ each, read: readDeployment(each) }));
    return {
      version: version.gitVersion,
      apiGroups: groups.groups.map(({ name }) => name),
      deployments: deployments && {
        application: found.flatMap(({ read }) => read),
        others: found
          .filter(({ read }) => read.length === 0)
          .map(({ each: { metadata, spec } }) => ({
            name: `${metadata?.namespace}/${metadata?.name}`,
            images: (spec?.template.spec?.containers ?? []).map(({ image }) => image ?? ''),
          })),
        requested: found.reduce(
          (total, { each }) => {
            const { cpuMillis, memoryMiB } = requestedBy(each);
            return { cpuMillis: total.cpuMillis + cpuMillis, memoryMiB: total.memoryMiB + memoryMiB };
          },
          { cpuMillis: 0, memoryMiB: 0 },
        ),
      },
      nodes: nodes?.items.map(readNode) ?? null,
    };
  } catch (error) {
    throw kubernetesRefused('look at the cluster as a whole', error);
  }
}
