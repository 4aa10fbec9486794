import type { Clock } from '../clock.ts';
import { type ObjectStore, servedBy } from './object-store.ts';
import {
  JOBS,
  type KubernetesObject,
  ownedBy,
  PODS,
  type Pod,
  RESOURCES,
  type Resource,
  timestamp,
} from './objects.ts';

export type PropagationPolicy = 'Foreground' | 'Background' | 'Orphan';

/** On an owner that waits for its dependents to go first. */
const FOREGROUND = 'foregroundDeletion';

/** What a pod has to end by itself when nobody said otherwise. */
const GRACE_S = 30;

/** Marks a pod for deletion: the kubelet ends it, then it goes. Doing it twice changes nothing but a shorter grace. */
export function deletePod(store: ObjectStore, clock: Clock, pod: Pod, graceSeconds?: number): void {
  store.update(pod, ({ metadata, spec }) => {
    const grace = graceSeconds ?? spec.terminationGracePeriodSeconds ?? GRACE_S;
    metadata.deletionGracePeriodSeconds = Math.min(grace, metadata.deletionGracePeriodSeconds ?? grace);
    metadata.deletionTimestamp ??= timestamp(clock.now() + grace * 1000);
  });
}

/**
 * Deletes an object as its propagation policy says. Without one, a Job's pods are orphaned and go on running:
 * the default of batch/v1 in the REST API (kubectl always sends a policy).
 */
export function deleteObject(
  store: ObjectStore,
  clock: Clock,
  resource: Resource,
  object: KubernetesObject,
  {
    propagationPolicy = resource === JOBS ? 'Orphan' : 'Background',
    graceSeconds,
  }: { propagationPolicy?: PropagationPolicy; graceSeconds?: number },
): void {
  if (resource === PODS) {
    deletePod(store, clock, object as Pod, graceSeconds);
    return;
  }
  const dependents = dependentsOf(store, object);
  if (propagationPolicy === 'Foreground') {
    store.update(object, ({ metadata }) => {
      metadata.deletionTimestamp ??= timestamp(clock.now());
      metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), FOREGROUND])];
    });
    return;
  }
  if (propagationPolicy === 'Orphan') {
    for (const dependent of dependents) {
      store.update(dependent, ({ metadata }) => {
        metadata.ownerReferences = metadata.ownerReferences?.filter((each) => each.uid !== object.metadata.uid);
      });
    }
  }
  // The garbage collector follows the owner references of what is left.
  store.remove(object);
}

/** Deletes a namespace with all that is in it. It is gone at once, though its pods may still be ending. */
export function deleteNamespace(store: ObjectStore, clock: Clock, namespace: KubernetesObject): void {
  for (const resource of servedBy(store).filter(({ namespaced }) => namespaced)) {
    for (const object of store.list(resource, namespace.metadata.name))
      deleteObject(store, clock, resource, object, { propagationPolicy: 'Background' });
  }
  store.remove(namespace);
}

/** Deletes what lost its owner, and owners that waited for it. Pods go when the kubelet has ended them. */
export function collectGarbage(store: ObjectStore, clock: Clock, isRunning: (pod: Pod) => boolean): void {
  const uids = new Set(RESOURCES.flatMap((resource) => store.list(resource)).map((object) => object.metadata.uid));
  for (const pod of store.list<Pod>(PODS)) {
    const owners = pod.metadata.ownerReferences ?? [];
    const lost = owners.length > 0 && owners.every((owner) => !uids.has(owner.uid));
    if (lost && !pod.metadata.deletionTimestamp) deletePod(store, clock, pod);
    if (pod.metadata.deletionTimestamp && !isRunning(pod) && !pod.metadata.finalizers?.length) store.remove(pod);
  }
  for (const resource of RESOURCES) {
    for (const object of [...store.list(resource)]) {
      if (!object.metadata.finalizers?.includes(FOREGROUND)) continue;
      const dependents = dependentsOf(store, object);
      for (const dependent of dependents) deletePod(store, clock, dependent as Pod);
      if (dependents.length === 0) store.remove(object);
    }
  }
}

const dependentsOf = (store: ObjectStore, owner: KubernetesObject): Pod[] =>
  store.list<Pod>(PODS, owner.metadata.namespace).filter((pod) => ownedBy(pod, owner));
