import type { User } from './authentication.ts';
import { authorize } from './authorization.ts';
import type { Kubelet } from './kubelet.ts';
import type { ObjectStore } from './object-store.ts';
import { PODS, type Pod, type Resource } from './objects.ts';
import { notFound } from './status.ts';

const PATH = /^\/apis\/metrics\.k8s\.io\/v1beta1\/namespaces\/([^/]+)\/pods\/([^/]+)$/;
const METRICS: Resource = { ...PODS, group: 'metrics.k8s.io', version: 'v1beta1', kind: 'PodMetrics' };

/** What a metrics server answers for one pod; undefined for any other path. */
export function podMetrics(path: string, user: User, store: ObjectStore, kubelet: Kubelet): object | undefined {
  const [, namespace, name = ''] = PATH.exec(path) ?? [];
  if (namespace === undefined) return undefined;
  authorize(user, { verb: 'get', resource: METRICS, namespace, name }, store);
  const containers = kubelet.memoryOf(store.get<Pod>(PODS, namespace, name));
  if (containers.length === 0) throw notFound(METRICS, name);
  return {
    kind: 'PodMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: { name, namespace },
    containers: containers.map(({ container, bytes }) => ({
      name: container,
      usage: { memory: `${Math.ceil(bytes / 1024)}Ki` },
    })),
  };
}
