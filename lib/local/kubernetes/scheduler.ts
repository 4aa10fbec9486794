import type { Node, Pod } from './objects.ts';
import { matchesLabels } from './selectors.ts';

/** Where pods run that no node was described for: this machine. */
const THIS_MACHINE = 'local';

/**
 * The name of a node on which the pod may run: one that is not cordoned, fits the pod's node selector and has no taint
 * that the pod does not tolerate. A cluster without nodes runs every pod. Room is not counted: all nodes are this machine.
 */
export function nodeFor({ spec }: Pod, nodes: readonly Node[]): string | undefined {
  if (nodes.length === 0) return THIS_MACHINE;
  const tolerated = (taint: { key: string; value?: string; effect: string }) =>
    spec.tolerations?.some(
      ({ key, operator, value, effect }) =>
        (key === undefined || key === taint.key) &&
        (operator === 'Exists' || value === taint.value) &&
        (!effect || effect === taint.effect),
    );
  const fitting = nodes.find(
    ({ metadata, spec: of = {} }) =>
      !of.unschedulable &&
      matchesLabels(spec.nodeSelector ?? {}, metadata.labels) &&
      (of.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || tolerated(taint)),
  );
  return fitting?.metadata.name;
}

/** In the scheduler's words: why a pod waits. */
export const unschedulable = (nodes: readonly Node[]) => ({
  type: 'PodScheduled',
  status: 'False',
  reason: 'Unschedulable',
  message: `0/${nodes.length} nodes are available: none is open to the pod and fits its node selector.`,
});
