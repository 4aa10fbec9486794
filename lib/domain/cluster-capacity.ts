import type { TargetFindings } from '../workflow/documents/collected.ts';

type Capacity = NonNullable<TargetFindings['capacity']>;

/** A cluster as it was surveyed. */
export interface SurveyedRoom {
  readonly autoMode: boolean;
  /** Names of the API groups that are served. */
  readonly apiGroups: readonly string[];
  readonly nodes: readonly Capacity['nodes'][number][] | null;
  readonly deployments: {
    readonly others: readonly { readonly images: readonly string[] }[];
    readonly requested: { readonly cpuMillis: number; readonly memoryMiB: number };
  } | null;
}

/** What a cluster has for pods; null where Passage may not list its nodes. */
export function capacityOf({ autoMode, apiGroups, nodes, deployments }: SurveyedRoom): TargetFindings['capacity'] {
  if (nodes === null) return null;
  return {
    nodes: [...nodes],
    addsNodes: autoMode ? 'EKS Auto Mode' : addsNodes(nodes, apiGroups, deployments?.others ?? []),
    requested: deployments && { ...deployments.requested },
  };
}

/** By the nodes that it has made, its API group or its image. */
function addsNodes(
  nodes: readonly Capacity['nodes'][number][],
  apiGroups: readonly string[],
  others: readonly { readonly images: readonly string[] }[],
): Capacity['addsNodes'] {
  const made = (by: Capacity['nodes'][number]['madeBy']) => nodes.some(({ madeBy }) => madeBy === by);
  const runs = (image: RegExp) => others.some(({ images }) => images.some((each) => image.test(each)));
  if (made('karpenter') || apiGroups.includes('karpenter.sh') || runs(/\/karpenter(\/controller)?(:|@|$)/))
    return 'Karpenter';
  return runs(/\/cluster-autoscaler(:|@|$)/) ? 'cluster-autoscaler' : null;
}
