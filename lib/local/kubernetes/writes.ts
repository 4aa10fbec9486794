import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { ApiRequest } from './api.ts';
import { withDefaults } from './defaults.ts';
import { deleteNamespace, deleteObject, type PropagationPolicy } from './deletion.ts';
import { refuseUnknownFields } from './field-validation.ts';
import type { Manifest, ObjectStore } from './object-store.ts';
import { DEPLOYMENTS, JOBS, type KubernetesObject, NAMESPACES, PODS, type Resource } from './objects.ts';
import { patched } from './patch.ts';
import { badRequest, conflict, parsed } from './status.ts';
import type { Target } from './target.ts';
import { validate } from './validation.ts';

const manifest = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z.looseObject({
    name: z.string().optional(),
    generateName: z.string().optional(),
    namespace: z.string().optional(),
  }),
});
const deleteOptions = z.looseObject({
  propagationPolicy: z.enum(['Foreground', 'Background', 'Orphan']).optional(),
  gracePeriodSeconds: z.int().min(0).optional(),
  preconditions: z.looseObject({ uid: z.string().optional() }).optional(),
});

/** Stores what was posted. */
export async function post(
  { resource, namespace }: Target,
  { body, query }: ApiRequest,
  store: ObjectStore,
): Promise<KubernetesObject> {
  const given = parsed(manifest, body) as Manifest;
  if (query.get('fieldValidation') === 'Strict') await refuseUnknownFields(resource, given);
  return create(store, resource, given, namespace);
}

/** Stores a new object, completed as the API server completes it. */
export function create(store: ObjectStore, resource: Resource, given: Manifest, namespace?: string): KubernetesObject {
  if (given.kind && given.kind !== resource.kind)
    throw badRequest(`the object is a ${given.kind}, the path is of ${resource.plural}`);
  const own = given.metadata.namespace;
  if (own && namespace && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  validate(resource, given);
  const metadata = { ...given.metadata, ...(resource.namespaced ? { namespace: namespace ?? own ?? 'default' } : {}) };
  return store.create<KubernetesObject>(resource, { ...structuredClone(given), metadata }, (object) => {
    fillIn(resource, object);
    if (resource === JOBS || resource === DEPLOYMENTS) object.status = {};
    else if (resource === PODS) object.status = { phase: 'Pending' };
  });
}

/** Replaces the object by what was put, or by what the patch makes of it. */
export async function write(
  { resource, namespace, name }: Target,
  { method, contentType, body, query }: ApiRequest,
  store: ObjectStore,
): Promise<KubernetesObject> {
  const before = store.get(resource, namespace, name!);
  const given = method === 'PATCH' ? patched(before, contentType, body) : body;
  if (query.get('fieldValidation') === 'Strict') await refuseUnknownFields(resource, given);
  return replace(resource, store.get(resource, namespace, name!), given, store);
}

function replace(resource: Resource, object: KubernetesObject, next: unknown, store: ObjectStore): KubernetesObject {
  const { metadata, ...fields } = parsed(manifest, next) as Manifest;
  if (metadata.resourceVersion && metadata.resourceVersion !== object.metadata.resourceVersion) {
    throw conflict(resource, object.metadata.name);
  }
  if (metadata.name !== object.metadata.name)
    throw badRequest('the name of the object does not match the name on the URL');
  validate(resource, { ...fields, metadata });
  return store.update(object, (draft) => {
    const { name, namespace, uid, resourceVersion, creationTimestamp, generation } = draft.metadata;
    const kept = { apiVersion: draft.apiVersion, kind: draft.kind, status: draft.status };
    for (const field of Object.keys(draft))
      if (!(field in fields) && field !== 'metadata') delete (draft as unknown as Record<string, unknown>)[field];
    Object.assign(draft, fields, kept.status === undefined ? {} : { status: kept.status }, {
      apiVersion: kept.apiVersion,
      kind: kept.kind,
    });
    draft.metadata = { ...metadata, name, uid, resourceVersion, creationTimestamp, generation };
    if (namespace !== undefined) draft.metadata.namespace = namespace;
    fillIn(resource, draft);
  });
}

/** Kinds without a spec get none. */
function fillIn(resource: Resource, object: KubernetesObject): void {
  if (object.spec !== undefined) object.spec = withDefaults(resource, object);
}

/** Deletes the object as the options in the body or the query say. @returns it while it goes on ending, else a Status */
export function remove(
  { resource, namespace, name }: Target,
  { body, query }: ApiRequest,
  store: ObjectStore,
  clock: Clock,
): object {
  const object = store.get(resource, namespace, name!);
  const options = parsed(deleteOptions, body ?? {});
  const { uid = object.metadata.uid } = options.preconditions ?? {};
  if (uid !== object.metadata.uid) throw conflict(resource, name!);
  const propagationPolicy =
    options.propagationPolicy ?? ((query.get('propagationPolicy') ?? undefined) as PropagationPolicy | undefined);
  const grace =
    options.gracePeriodSeconds ??
    (query.has('gracePeriodSeconds') ? Number(query.get('gracePeriodSeconds')) : undefined);
  if (resource === NAMESPACES) deleteNamespace(store, clock, object);
  else deleteObject(store, clock, resource, object, { propagationPolicy, graceSeconds: grace });
  if (store.find(resource, namespace, name!)) return object;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, group: resource.group || undefined, kind: resource.plural, uid: object.metadata.uid },
  };
}
