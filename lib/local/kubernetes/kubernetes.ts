import { join } from 'node:path';
import { createApi } from './api.ts';
import { type AuthenticationOptions, authenticate } from './authentication.ts';
import { clusterCertificates } from './certificates.ts';
import { createControlLoop } from './control-loop.ts';
import { withDefaults } from './defaults.ts';
import { collectGarbage } from './deletion.ts';
import { reconcileDeployments } from './deployment-controller.ts';
import { endpointsOf, reconcileEndpointSlices } from './endpoint-slices.ts';
import { reconcileJobs } from './job-controller.ts';
import { createKubelet, type KubeletOptions, removeLogs } from './kubelet.ts';
import { type Manifest, openObjectStore, resourceOf } from './object-store.ts';
import {
  DEPLOYMENTS,
  type Deployment,
  INGRESSES,
  type Ingress,
  NAMESPACES,
  ownedBy,
  PODS,
  type Pod,
  SERVICES,
  type Service,
} from './objects.ts';
import { createPortForward } from './port-forward.ts';
import { startApiServer } from './server.ts';
import { createChanges } from './watch.ts';
import { create } from './writes.ts';

export interface KubernetesOptions extends KubeletOptions, AuthenticationOptions {}

export interface Kubernetes {
  /** The API server, for EKS to answer as the cluster's endpoint: `https://127.0.0.1:41234`. */
  readonly url: string;
  /** PEM; EKS answers it in base64. */
  readonly caCertificate: string;
  /** Creates the object, or makes the one that is there say the same; its namespace is created too. */
  apply(manifest: Manifest): void;
  /** The ingress as it is now. */
  ingress(namespace: string, name: string): Ingress | undefined;
  /** Writes the load balancer's hostname into the ingress, as its controller does. */
  publishIngress(namespace: string, name: string, hostname: string): void;
  /** Where the ready pods of a service listen: `127.0.0.1:41235`. */
  addresses(namespace: string, service: string): string[];
  /** From now on controllers and kubelet work. */
  start(): void;
  /** Kills every pod; Deployments start theirs again at the next `start`, pods of Jobs have failed. */
  close(): Promise<void>;
}

/** A Kubernetes cluster of one node, this machine. Its state is `<directory>/objects.json`. */
export async function createKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const { directory, clock } = options;
  const store = openObjectStore(directory, clock, (change) => {
    changes.add(change);
    loop.wake();
  });
  const changes = createChanges(store.version());
  const kubelet = createKubelet(options, store, () => loop.wake());
  let started = false;

  const loop = createControlLoop(clock, () => {
    if (!started) return undefined;
    const before = store.list<Pod>(PODS).map((pod) => pod.metadata.uid);
    const next = reconcileJobs(store, clock);
    reconcileDeployments(store, clock);
    kubelet.reconcile();
    reconcileEndpointSlices(store);
    collectGarbage(store, clock, kubelet.isRunning);
    const left = new Set(store.list<Pod>(PODS).map((pod) => pod.metadata.uid));
    for (const uid of before) if (!left.has(uid)) removeLogs(directory, uid);
    return next;
  });

  loseNode();
  for (const name of ['default', 'kube-system']) ensureNamespace(name);
  const certificates = await clusterCertificates(join(directory, 'certificates.json'));
  const server = await startApiServer(
    certificates,
    (authorization) => authenticate(authorization, options),
    createApi({ store, changes, kubelet, clock }),
    createPortForward(store),
  );

  function ensureNamespace(name: string): void {
    if (store.find(NAMESPACES, undefined, name)) return;
    create(store, NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** The processes of these pods died with the world that ran them. */
  function loseNode(): void {
    for (const pod of [...store.list<Pod>(PODS)]) {
      if (pod.status.phase !== 'Running' && !pod.status.startTime) continue;
      if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') continue;
      if (store.list<Deployment>(DEPLOYMENTS).some((deployment) => ownedBy(pod, deployment))) {
        store.remove(pod);
        continue;
      }
      store.update(pod, ({ status }) => {
        status.phase = 'Failed';
        status.reason = 'NodeShutdown';
        status.message = 'The machine that ran the pod was shut down.';
        status.conditions = [];
        status.containerStatuses = status.containerStatuses?.map((each) => ({
          ...each,
          ready: false,
          state: each.state?.terminated ? each.state : { terminated: { exitCode: 137, reason: 'Error' } },
        }));
      });
    }
  }

  return {
    url: server.url,
    caCertificate: certificates.ca,
    apply(manifest) {
      const resource = resourceOf(manifest, store);
      const namespace = resource.namespaced ? (manifest.metadata.namespace ?? 'default') : undefined;
      if (namespace) ensureNamespace(namespace);
      const present = store.find(resource, namespace, manifest.metadata.name ?? '');
      if (!present) create(store, resource, manifest, namespace);
      else {
        const { metadata, status: _status, ...said } = structuredClone(manifest);
        store.update(present, (object) => {
          const spec = said.spec ? { spec: { ...(object.spec as object), ...(said.spec as object) } } : {};
          Object.assign(object, said, spec);
          if (object.spec !== undefined) object.spec = withDefaults(resource, object);
          Object.assign(object.metadata, {
            labels: { ...object.metadata.labels, ...metadata.labels },
            annotations: { ...object.metadata.annotations, ...metadata.annotations },
          });
        });
      }
    },
    ingress: (namespace, name) => store.find<Ingress>(INGRESSES, namespace, name),
    publishIngress(namespace, name, hostname) {
      store.update(store.get<Ingress>(INGRESSES, namespace, name), (ingress) => {
        ingress.status = { loadBalancer: { ingress: [{ hostname }] } };
      });
    },
    addresses: (namespace, name) =>
      endpointsOf(store.find<Service>(SERVICES, namespace, name), store).map(({ port }) => `127.0.0.1:${port}`),
    start() {
      started = true;
      loop.wake();
    },
    async close() {
      loop.close();
      await kubelet.close();
      await server.close();
    },
  };
}
