import type { V1EndpointSlice } from '@kubernetes/client-node';
import type { Manifest, ObjectStore } from './object-store.ts';
import {
  ENDPOINT_SLICES,
  type Json,
  type KubernetesObject,
  ownerReference,
  PODS,
  type Pod,
  SERVICES,
  type Service,
} from './objects.ts';
import { matchesLabels } from './selectors.ts';

type EndpointSlice = KubernetesObject & Pick<Json<V1EndpointSlice>, 'addressType' | 'endpoints' | 'ports'>;

/** Where a ready pod of a service listens. */
interface Endpoint {
  readonly pod: Pod;
  /** On 127.0.0.1: that of the pod's first container with a port. */
  readonly port: number;
}

/** The pods that a service leads to, with their ports; none for a service that is not there. */
export function endpointsOf(service: Service | undefined, store: ObjectStore): Endpoint[] {
  return store
    .list<Pod>(PODS, service?.metadata.namespace)
    .filter((pod) => matchesLabels(service?.spec.selector, pod.metadata.labels) && isReady(pod))
    .flatMap((pod) =>
      pod.spec.containers
        .flatMap((container) => container.ports?.slice(0, 1) ?? [])
        .flatMap(({ hostPort }) => (hostPort === undefined ? [] : [{ pod, port: hostPort }])),
    );
}

const isReady = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp &&
  (status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false);

/** Writes down what each service leads to, for who asks. A slice a pod: all share one address, so each has its own port. */
export function reconcileEndpointSlices(store: ObjectStore): void {
  const wanted = new Map(
    store.list<Service>(SERVICES).flatMap((service) =>
      endpointsOf(service, store).map((endpoint) => {
        const slice = sliceOf(service, endpoint);
        return [keyOf(slice), slice] as const;
      }),
    ),
  );
  for (const slice of [...store.list<EndpointSlice>(ENDPOINT_SLICES)]) {
    const now = wanted.get(keyOf(slice));
    wanted.delete(keyOf(slice));
    if (!now) store.remove(slice);
    else store.update(slice, (draft) => Object.assign(draft, { endpoints: now.endpoints, ports: now.ports }));
  }
  for (const slice of wanted.values()) store.create(ENDPOINT_SLICES, slice);
}

const keyOf = ({ metadata }: Pick<Manifest, 'metadata'>): string => `${metadata.namespace}/${metadata.name}`;

const sliceOf = (service: Service, { pod, port }: Endpoint) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: `${service.metadata.name}-${pod.metadata.uid.slice(0, 5)}`,
    namespace: service.metadata.namespace,
    labels: { 'kubernetes.io/service-name': service.metadata.name },
    ownerReferences: [ownerReference(service)],
  },
  addressType: 'IPv4',
  endpoints: [
    {
      addresses: ['127.0.0.1'],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
    },
  ],
  ports: [{ name: service.spec.ports?.[0]?.name ?? '', protocol: 'TCP', port }],
});
