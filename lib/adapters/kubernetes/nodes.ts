import type { V1Node } from '@kubernetes/client-node';
import type { ClusterNode } from '../../workflow/documents/capacity.ts';
import { sizing } from './quantities.ts';

/** What is told of a node: its kind and its room, no address. */
export function readNode({ metadata, spec, status }: V1Node): ClusterNode {
  const labels = metadata?.labels ?? {};
  const ready = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false;
  const shut = spec?.taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute') ?? false;
  return {
    name: metadata?.name ?? '',
    architecture: labels['kubernetes.io/arch'] ?? status?.nodeInfo?.architecture ?? '',
    os: labels['kubernetes.io/os'] ?? status?.nodeInfo?.operatingSystem ?? '',
    open: ready && !spec?.unschedulable && !shut,
    allocatable: sizing(status?.allocatable),
    madeBy: madeBy(labels),
  };
}

/** By the labels that EKS and Karpenter put on the nodes they make. */
function madeBy(labels: Readonly<Record<string, string>>): ClusterNode['madeBy'] {
  const type = labels['eks.amazonaws.com/compute-type'];
  if (type === 'fargate') return 'fargate';
  if (type === 'auto') return 'auto-mode';
  if ('karpenter.sh/nodepool' in labels || 'karpenter.sh/provisioner-name' in labels) return 'karpenter';
  return 'eks.amazonaws.com/nodegroup' in labels ? 'node-group' : null;
}
