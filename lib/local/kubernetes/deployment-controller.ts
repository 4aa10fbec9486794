import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { deletePod } from './deletion.ts';
import type { ObjectStore } from './object-store.ts';
import { suffix } from './object-store.ts';
import { DEPLOYMENTS, type Deployment, ownedBy, ownerReference, PODS, type Pod, timestamp } from './objects.ts';

const HASH = 'pod-template-hash';

/** What a Deployment is when nobody said otherwise. */
export const withDeploymentDefaults = (spec: Deployment['spec']): Deployment['spec'] => ({
  replicas: 1,
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  progressDeadlineSeconds: 600,
  revisionHistoryLimit: 10,
  ...spec,
});

/** Gives every Deployment its pods. There are no ReplicaSets between them: a pod belongs to its Deployment. */
export function reconcileDeployments(store: ObjectStore, clock: Clock): void {
  for (const deployment of store.list<Deployment>(DEPLOYMENTS)) {
    if (!deployment.metadata.deletionTimestamp) reconcile(deployment, store, clock);
  }
}

function reconcile(deployment: Deployment, store: ObjectStore, clock: Clock): void {
  const hash = templateHash(deployment);
  const owned = () => store.list<Pod>(PODS, deployment.metadata.namespace).filter((pod) => ownedBy(pod, deployment));
  const live = owned().filter((pod) => !pod.metadata.deletionTimestamp);
  // A pod of a Deployment never ends by itself; one that did (its node went away) is replaced.
  const ended = live.filter(({ status: { phase } }) => phase === 'Failed' || phase === 'Succeeded');
  for (const pod of ended) deletePod(store, clock, pod);
  const current = live.filter((pod) => pod.metadata.labels?.[HASH] === hash && !ended.includes(pod));
  const older = live.filter((pod) => pod.metadata.labels?.[HASH] !== hash && !ended.includes(pod));
  const wanted = deployment.spec.replicas ?? 1;

  const recreate = deployment.spec.strategy?.type === 'Recreate';
  const olderStillRun = owned().some((pod) => pod.metadata.labels?.[HASH] !== hash);
  // Recreate: the new pods start when the old ones are gone. Else the old ones serve until the new ones are ready.
  if (recreate || current.filter(isReady).length >= wanted) for (const pod of older) deletePod(store, clock, pod);
  if (!(recreate && olderStillRun)) {
    for (let missing = wanted - current.length; missing > 0; missing -= 1) createPod(deployment, hash, store);
  }
  const superfluous = [...current].sort((a, b) => Number(isReady(a)) - Number(isReady(b)));
  for (const pod of superfluous.slice(0, Math.max(0, current.length - wanted))) deletePod(store, clock, pod);

  report(deployment, hash, owned(), store, clock);
}

function createPod(deployment: Deployment, hash: string, store: ObjectStore): void {
  const { template } = deployment.spec;
  store.create<Pod>(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      name: `${deployment.metadata.name}-${hash}-${suffix()}`,
      namespace: deployment.metadata.namespace,
      labels: { ...template.metadata?.labels, [HASH]: hash },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: structuredClone(template.spec!),
    status: { phase: 'Pending' },
  });
}

/** The status, without the fields that are zero, as Kubernetes leaves them out. */
function report(deployment: Deployment, hash: string, pods: readonly Pod[], store: ObjectStore, clock: Clock): void {
  const live = pods.filter((pod) => !pod.metadata.deletionTimestamp);
  const ready = live.filter(isReady).length;
  const wanted = deployment.spec.replicas ?? 1;
  const updated = live.filter((pod) => pod.metadata.labels?.[HASH] === hash).length;
  const available = ready >= wanted;
  const complete = updated === wanted && live.length === wanted && available;
  const conditions = [
    {
      type: 'Available',
      status: available ? 'True' : 'False',
      reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: `Deployment ${available ? 'has' : 'does not have'} minimum availability.`,
    },
    {
      type: 'Progressing',
      status: 'True',
      reason: complete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
      message: complete ? 'The Deployment has successfully progressed.' : 'The Deployment is progressing.',
    },
  ];
  store.update(deployment, (object) => {
    const before = object.status.conditions ?? [];
    const at = timestamp(clock.now());
    object.status = {
      observedGeneration: object.metadata.generation,
      replicas: live.length || undefined,
      updatedReplicas: updated || undefined,
      readyReplicas: ready || undefined,
      availableReplicas: ready || undefined,
      unavailableReplicas: Math.max(0, wanted - ready) || undefined,
      conditions: conditions.map((condition) => {
        const same = before.find(
          (each) =>
            each.type === condition.type && each.status === condition.status && each.reason === condition.reason,
        );
        return same ?? { ...condition, lastUpdateTime: at, lastTransitionTime: at };
      }),
    };
    for (const [name, value] of Object.entries(object.status)) {
      if (value === undefined) delete (object.status as Record<string, unknown>)[name];
    }
  });
}

const isReady = ({ status, metadata }: Pod): boolean =>
  !metadata.deletionTimestamp &&
  (status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false);

/** Ten characters that change when the template does. */
const templateHash = ({ spec }: Deployment): string =>
  createHash('sha256').update(JSON.stringify(spec.template)).digest('hex').slice(0, 10);
