import type {
  V1CustomResourceDefinition,
  V1Deployment,
  V1Ingress,
  V1Job,
  V1Node,
  V1ObjectMeta,
  V1Pod,
  V1Secret,
  V1Service,
} from '@kubernetes/client-node';

/** A model of the client as it is on the wire: instants are RFC 3339 texts. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T;

export type ObjectMeta = Json<V1ObjectMeta> & {
  name: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
};

/** Any object of the cluster. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
}

type Stored<T> = Omit<Json<T>, 'apiVersion' | 'kind' | 'metadata'> & KubernetesObject;
type Complete<T, Key extends keyof T> = T & { [K in Key]-?: NonNullable<T[K]> };

export type Node = Stored<V1Node>;
export type Pod = Complete<Stored<V1Pod>, 'spec' | 'status'>;
export type Job = Complete<Stored<V1Job>, 'spec' | 'status'>;
export type Deployment = Complete<Stored<V1Deployment>, 'spec' | 'status'>;
export type Ingress = Complete<Stored<V1Ingress>, 'spec'>;
export type Service = Complete<Stored<V1Service>, 'spec'>;
export type Secret = Stored<V1Secret>;
export type CustomResourceDefinition = Complete<Stored<V1CustomResourceDefinition>, 'spec'>;
export type Container = Pod['spec']['containers'][number];
export type ContainerStatus = NonNullable<Pod['status']['containerStatuses']>[number];

/** A kind that the cluster serves. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** As paths name it. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** What people type instead of the plural. */
  readonly shortNames: readonly string[];
}

const resource = (group: string, kind: string, plural: string, more: Partial<Resource> = {}): Resource => ({
  group,
  version: 'v1',
  kind,
  plural,
  namespaced: true,
  shortNames: [],
  ...more,
});
const cluster = { namespaced: false };

export const NAMESPACES = resource('', 'Namespace', 'namespaces', { ...cluster, shortNames: ['ns'] });
export const NODES = resource('', 'Node', 'nodes', { ...cluster, shortNames: ['no'] });
export const PODS = resource('', 'Pod', 'pods', { shortNames: ['po'] });
export const SECRETS = resource('', 'Secret', 'secrets');
export const CONFIG_MAPS = resource('', 'ConfigMap', 'configmaps', { shortNames: ['cm'] });
/** It is told, and limits nothing here. */
const QUOTAS = resource('', 'ResourceQuota', 'resourcequotas', { shortNames: ['quota'] });
export const SERVICES = resource('', 'Service', 'services', { shortNames: ['svc'] });
/** Nothing here records any; clients that describe an object ask for its events. */
const EVENTS = resource('', 'Event', 'events', { shortNames: ['ev'] });
export const JOBS = resource('batch', 'Job', 'jobs');
export const DEPLOYMENTS = resource('apps', 'Deployment', 'deployments', { shortNames: ['deploy'] });
export const INGRESSES = resource('networking.k8s.io', 'Ingress', 'ingresses', { shortNames: ['ing'] });
export const ENDPOINT_SLICES = resource('discovery.k8s.io', 'EndpointSlice', 'endpointslices');
export const ROLES = resource('rbac.authorization.k8s.io', 'Role', 'roles');
export const ROLE_BINDINGS = resource('rbac.authorization.k8s.io', 'RoleBinding', 'rolebindings');
export const CLUSTER_ROLES = resource('rbac.authorization.k8s.io', 'ClusterRole', 'clusterroles', cluster);
export const CLUSTER_ROLE_BINDINGS = resource(
  'rbac.authorization.k8s.io',
  'ClusterRoleBinding',
  'clusterrolebindings',
  cluster,
);

export const CUSTOM_RESOURCE_DEFINITIONS = resource(
  'apiextensions.k8s.io',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  { ...cluster, shortNames: ['crd', 'crds'] },
);

export const RESOURCES: readonly Resource[] = [
  NAMESPACES,
  NODES,
  PODS,
  SECRETS,
  CONFIG_MAPS,
  QUOTAS,
  SERVICES,
  EVENTS,
  resource('', 'ServiceAccount', 'serviceaccounts', { shortNames: ['sa'] }),
  JOBS,
  DEPLOYMENTS,
  INGRESSES,
  ENDPOINT_SLICES,
  ROLES,
  ROLE_BINDINGS,
  CLUSTER_ROLES,
  CLUSTER_ROLE_BINDINGS,
  CUSTOM_RESOURCE_DEFINITIONS,
];

/** `batch/v1`, `v1` */
export const apiVersionOf = ({ group, version }: Resource): string => (group ? `${group}/${version}` : version);

/** Kubernetes writes instants in whole seconds. */
export const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

/** Whether the object belongs to the owner, which manages it. */
export const ownedBy = (object: KubernetesObject, owner: KubernetesObject): boolean =>
  object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid) ?? false;

/** The reference by which a controller marks what it made. */
export const ownerReference = ({ apiVersion, kind, metadata: { name, uid } }: KubernetesObject) => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});
