import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { openStateFile } from '../state-file.ts';
import {
  apiVersionOf,
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  type KubernetesObject,
  type ObjectMeta,
  RESOURCES,
  type Resource,
  timestamp,
} from './objects.ts';
import { alreadyExists, notFound } from './status.ts';

/** An object as somebody hands it in: the store completes its metadata. Beside these a kind has fields of its own. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: Partial<ObjectMeta> & { generateName?: string };
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

/** One write, with the object before and after it as JSON: what a watch tells. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly before: string | undefined;
  readonly after: string;
}

export interface ObjectStore {
  /** Of the last write. */
  version(): number;
  /** Throws AlreadyExists. `complete` fills in what depends on the new object's name and uid. */
  create<T extends KubernetesObject>(resource: Resource, manifest: Manifest, complete?: (object: T) => void): T;
  find<T extends KubernetesObject>(resource: Resource, namespace: string | undefined, name: string): T | undefined;
  /** Throws NotFound. */
  get<T extends KubernetesObject>(resource: Resource, namespace: string | undefined, name: string): T;
  /** Of one namespace, or of all. */
  list<T extends KubernetesObject>(resource: Resource, namespace?: string): T[];
  /** Lets `change` write on the object; nothing happens when it leaves it as it was. */
  update<T extends KubernetesObject>(object: T, change: (object: T) => void): T;
  remove(object: KubernetesObject): void;
}

interface StoreState {
  version: number;
  objects: KubernetesObject[];
}

/** etcd in small: one document, `<directory>/objects.json`. `changed` is told after every write. */
export function openObjectStore(directory: string, clock: Clock, changed: (change: Change) => void): ObjectStore {
  const file = openStateFile<StoreState>(join(directory, 'objects.json'), { version: 1, objects: [] });
  const state = file.value;

  const written = (type: Change['type'], object: KubernetesObject, before?: string) => {
    file.save();
    changed({ type, version: state.version, before, after: JSON.stringify(object) });
  };
  const nextVersion = () => {
    state.version += 1;
    return String(state.version);
  };
  const ofKind = (resource: Resource, namespace?: string) =>
    state.objects.filter(
      (object) =>
        object.kind === resource.kind &&
        object.apiVersion === apiVersionOf(resource) &&
        (namespace === undefined || !resource.namespaced || object.metadata.namespace === namespace),
    );

  const store: ObjectStore = {
    version: () => state.version,
    create<T extends KubernetesObject>(resource: Resource, manifest: Manifest, complete?: (object: T) => void) {
      const object = newObject<T>(resource, manifest, { store, clock, version: nextVersion });
      complete?.(object);
      state.objects.push(object);
      written('ADDED', object);
      return object;
    },
    find: <T extends KubernetesObject>(resource: Resource, namespace: string | undefined, name: string) =>
      ofKind(resource, namespace).find((object) => object.metadata.name === name) as T | undefined,
    get<T extends KubernetesObject>(resource: Resource, namespace: string | undefined, name: string) {
      const object = store.find<T>(resource, namespace, name);
      if (!object) throw notFound(resource, name);
      return object;
    },
    list: <T extends KubernetesObject>(resource: Resource, namespace?: string) => ofKind(resource, namespace) as T[],
    update(object, change) {
      const before = JSON.stringify(object);
      const specBefore = JSON.stringify(object.spec);
      change(object);
      if (JSON.stringify(object) === before) return object;
      if (JSON.stringify(object.spec) !== specBefore) {
        object.metadata.generation = (object.metadata.generation ?? 0) + 1;
      }
      object.metadata.resourceVersion = nextVersion();
      written('MODIFIED', object, before);
      return object;
    },
    remove(object) {
      const index = state.objects.indexOf(object);
      if (index < 0) return;
      state.objects.splice(index, 1);
      const before = JSON.stringify(object);
      written('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: nextVersion() } }, before);
    },
  };
  return store;
}

/** The store as a dry run sees it: what is written is answered and forgotten. */
export const dryRunOf = (store: ObjectStore, clock: Clock): ObjectStore => ({
  ...store,
  create<T extends KubernetesObject>(resource: Resource, manifest: Manifest, complete?: (object: T) => void) {
    const object = newObject<T>(resource, manifest, { store, clock, version: () => '' });
    complete?.(object);
    return object;
  },
  update(object, change) {
    const copy = structuredClone(object);
    change(copy);
    return copy;
  },
  remove() {},
});

function newObject<T extends KubernetesObject>(
  resource: Resource,
  { metadata, ...manifest }: Manifest,
  { store, clock, version }: { readonly store: ObjectStore; readonly clock: Clock; readonly version: () => string },
): T {
  const name = metadata.name ?? `${metadata.generateName}${suffix()}`;
  if (store.find(resource, metadata.namespace, name)) throw alreadyExists(resource, name);
  return {
    ...manifest,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      ...metadata,
      name,
      uid: randomUUID(),
      resourceVersion: version(),
      creationTimestamp: timestamp(clock.now()),
      generation: 1,
    },
  } as T;
}

/** Every kind that is served: the cluster's own, and those that custom resource definitions add. */
export const servedBy = (store: ObjectStore): readonly Resource[] => [
  ...RESOURCES,
  ...store.list<CustomResourceDefinition>(CUSTOM_RESOURCE_DEFINITIONS).map(({ spec }) => ({
    group: spec.group,
    version: spec.versions?.find(({ served }) => served)?.name ?? 'v1',
    kind: spec.names.kind,
    plural: spec.names.plural,
    namespaced: spec.scope === 'Namespaced',
    shortNames: spec.names.shortNames ?? [],
  })),
];

/** The kind a manifest is of. */
export function resourceOf(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  store: ObjectStore,
): Resource {
  const found = servedBy(store).find((each) => each.kind === kind && apiVersionOf(each) === apiVersion);
  if (!found) throw new Error(`The simulated cluster has no ${kind} of ${apiVersion}.`);
  return found;
}

/** Five characters of those that Kubernetes puts at the end of generated names: no vowels, so no words. */
export function suffix(): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return Array.from(randomBytes(5), (byte) => alphabet[byte % alphabet.length]).join('');
}
