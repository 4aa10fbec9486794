import type { Clock } from '../clock.ts';
import {
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DEPLOYMENTS,
  type Deployment,
  INGRESSES,
  type Ingress,
  JOBS,
  type Job,
  type KubernetesObject,
  NAMESPACES,
  NODES,
  type Node,
  PODS,
  type Pod,
  type Resource,
  ROLE_BINDINGS,
  SECRETS,
  SERVICES,
  type Secret,
  type Service,
} from './objects.ts';

/** A column of what `kubectl get` prints; those that are wide only with `--output wide`. */
interface Column {
  readonly name: string;
  readonly wide?: true;
  readonly cell: (object: never, now: number) => string | number;
}

const column = <T>(name: string, cell: (object: T, now: number) => string | number): Column => ({ name, cell });
const wide = <T>(name: string, cell: (object: T, now: number) => string | number): Column => ({
  name,
  cell,
  wide: true,
});

const NONE = '<none>';
const name = column<KubernetesObject>('Name', ({ metadata }) => metadata.name);
const age = column<KubernetesObject>('Age', ({ metadata }, now) => since(metadata.creationTimestamp, now));
const listed = (items: readonly (string | undefined)[] | undefined): string => items?.filter(Boolean).join(',') || NONE;
const labels = (selector: Readonly<Record<string, string>> | undefined): string =>
  listed(Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`));
const entries = (data: object | undefined): number => Object.keys(data ?? {}).length;

const COLUMNS = new Map<Resource, readonly Column[]>([
  [
    PODS,
    [
      name,
      column<Pod>('Ready', ({ spec, status }) => {
        const ready = status.containerStatuses?.filter((each) => each.ready).length ?? 0;
        return `${ready}/${spec.containers.length}`;
      }),
      column<Pod>('Status', podStatus),
      column<Pod>('Restarts', ({ status }) =>
        Math.max(0, ...(status.containerStatuses ?? []).map((c) => c.restartCount)),
      ),
      age,
      wide<Pod>('IP', ({ status }) => status.podIP ?? NONE),
      wide<Pod>('Node', ({ spec }) => spec.nodeName ?? NONE),
    ],
  ],
  [
    DEPLOYMENTS,
    [
      name,
      column<Deployment>('Ready', ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
      column<Deployment>('Up-to-date', ({ status }) => status.updatedReplicas ?? 0),
      column<Deployment>('Available', ({ status }) => status.availableReplicas ?? 0),
      age,
      wide<Deployment>('Containers', ({ spec }) => listed(spec.template.spec?.containers.map((each) => each.name))),
      wide<Deployment>('Images', ({ spec }) => listed(spec.template.spec?.containers.map((each) => each.image))),
      wide<Deployment>('Selector', ({ spec }) => labels(spec.selector.matchLabels)),
    ],
  ],
  [
    JOBS,
    [
      name,
      column<Job>('Status', jobStatus),
      column<Job>('Completions', ({ spec, status }) => `${status.succeeded ?? 0}/${spec.completions ?? 1}`),
      column<Job>('Duration', ({ status: { startTime, completionTime } }, now) =>
        startTime ? since(startTime, completionTime ? Date.parse(completionTime) : now) : '',
      ),
      age,
    ],
  ],
  [
    SERVICES,
    [
      name,
      column<Service>('Type', ({ spec }) => spec.type ?? 'ClusterIP'),
      column<Service>('Cluster-IP', ({ spec }) => spec.clusterIP ?? NONE),
      column<Service>('External-IP', ({ spec }) => spec.externalName ?? NONE),
      column<Service>('Port(s)', ({ spec }) =>
        listed(spec.ports?.map(({ port, protocol = 'TCP' }) => `${port}/${protocol}`)),
      ),
      age,
      wide<Service>('Selector', ({ spec }) => labels(spec.selector)),
    ],
  ],
  [
    INGRESSES,
    [
      name,
      column<Ingress>('Class', ({ spec }) => spec.ingressClassName ?? NONE),
      column<Ingress>('Hosts', ({ spec }) => listed(spec.rules?.map(({ host }) => host ?? '*'))),
      column<Ingress>('Address', ({ status }) => {
        const { loadBalancer } = (status ?? {}) as { loadBalancer?: { ingress?: { hostname?: string }[] } };
        return (loadBalancer?.ingress ?? []).map(({ hostname }) => hostname).join(',');
      }),
      column<Ingress>('Ports', ({ spec }) => (spec.tls?.length ? '80, 443' : '80')),
      age,
    ],
  ],
  [
    NODES,
    [
      name,
      column<Node>('Status', ({ status, spec }) => {
        const ready = status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
        return `${ready ? 'Ready' : 'NotReady'}${spec?.unschedulable ? ',SchedulingDisabled' : ''}`;
      }),
      column<Node>('Roles', () => NONE),
      age,
      column<Node>('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
    ],
  ],
  [NAMESPACES, [name, column('Status', () => 'Active'), age]],
  [CONFIG_MAPS, [name, column<KubernetesObject & { data?: object }>('Data', ({ data }) => entries(data)), age]],
  [
    SECRETS,
    [
      name,
      column<Secret>('Type', ({ type }) => type ?? 'Opaque'),
      column<Secret>('Data', ({ data }) => entries(data)),
      age,
    ],
  ],
  [
    ROLE_BINDINGS,
    [
      name,
      column<KubernetesObject & { roleRef: { kind: string; name: string } }>(
        'Role',
        ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`,
      ),
      age,
    ],
  ],
  [
    CUSTOM_RESOURCE_DEFINITIONS,
    [name, column<KubernetesObject>('Created At', ({ metadata }) => metadata.creationTimestamp)],
  ],
]);

/** Whether the client prefers a table, and one is drawn of this kind; kubectl draws the names and ages of others itself. */
export const wantsTable = (resource: Resource, accept: string): boolean =>
  COLUMNS.has(resource) && /as=Table;v=v1\b/.test(accept.split(',')[0] ?? '');

/** Objects as `kubectl get` prints them, with what it needs to sort and select. */
export function table(resource: Resource, objects: readonly KubernetesObject[], version: string, clock: Clock): object {
  const columns = COLUMNS.get(resource) ?? [];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: version },
    columnDefinitions: columns.map((each) => ({
      name: each.name,
      type: 'string',
      format: each === name ? 'name' : '',
      description: '',
      priority: each.wide ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object as never, clock.now())),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

/** In kubectl's words: what keeps the pod from running, or its phase. */
function podStatus({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp) return 'Terminating';
  const states = status.containerStatuses?.map(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason);
  return states?.find(Boolean) ?? status.reason ?? status.phase ?? 'Unknown';
}

function jobStatus({ metadata, status }: Job): string {
  const is = (type: string) => status.conditions?.some((each) => each.type === type && each.status === 'True');
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  return is('Suspended') ? 'Suspended' : 'Running';
}

/** `42s`, `12m`, `5h`, `3d`: the largest unit of which there are at least two, as kubectl rounds. */
function since(instant: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(instant)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
