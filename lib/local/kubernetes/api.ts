import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { User } from './authentication.ts';
import { type Attributes, authorize } from './authorization.ts';
import { deleteObject, type PropagationPolicy } from './deletion.ts';
import { withDeploymentDefaults } from './deployment-controller.ts';
import { withJobDefaults } from './job-controller.ts';
import type { Kubelet } from './kubelet.ts';
import { podMetrics } from './metrics.ts';
import { type Manifest, type ObjectStore, servedBy } from './object-store.ts';
import {
  apiVersionOf,
  DEPLOYMENTS,
  type Deployment,
  JOBS,
  type Job,
  type KubernetesObject,
  NAMESPACES,
  PODS,
  type Pod,
  type Resource,
} from './objects.ts';
import { patched } from './patch.ts';
import { readPodLog } from './pod-log.ts';
import { fieldSelector, labelSelector } from './selectors.ts';
import { badRequest, conflict, invalid, StatusError } from './status.ts';
import { validate } from './validation.ts';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  /** Parsed JSON; undefined when there is none. */
  readonly body: unknown;
  readonly user: User;
}

export interface ApiAnswer {
  readonly status: number;
  /** An object, sent as JSON, or a log, sent as text. */
  readonly body: object | string;
}

interface Target {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

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

const ok = (body: object | string): ApiAnswer => ({ status: 200, body });
const VERSION = { major: '1', minor: '33', gitVersion: 'v1.33.5-eks-simulated', platform: 'linux/amd64' };

/** The API server: one request in, its answer out; failures are StatusErrors. */
export function createApi(store: ObjectStore, kubelet: Kubelet, clock: Clock): (request: ApiRequest) => ApiAnswer {
  return (request) => {
    if (request.path === '/version') return ok(VERSION);
    const metrics = podMetrics(request.path, request.user, store, kubelet);
    if (metrics) return ok(metrics);
    const target = targetOf(request.path, store);
    if (!target) return discovery(request.path, store);
    if (request.query.get('watch') === 'true') throw badRequest('watching is not simulated: list again instead');
    const verb = verbOf(request.method, target);
    authorize(request.user, { verb, ...target }, store);
    if (target.namespace !== undefined && verb === 'create') store.get(NAMESPACES, undefined, target.namespace);
    if (target.subresource === 'log') return ok(logOf(target, request.query));
    if (target.subresource === 'scale') return scale(target, request);
    if (target.subresource && target.subresource !== 'status') throw unserved();
    switch (verb) {
      case 'get':
        return ok(store.get(target.resource, target.namespace, target.name!));
      case 'list':
        return ok(list(target, request.query));
      case 'create':
        return {
          status: 201,
          body: create(store, target.resource, parsed(manifest, request.body) as Manifest, target.namespace),
        };
      case 'delete':
        return ok(remove(target, request));
      default:
        return ok(write(target, request));
    }
  };

  function logOf({ resource, namespace, name }: Target, query: URLSearchParams): string {
    if (resource !== PODS) throw unserved();
    return readPodLog(store.get<Pod>(PODS, namespace, name!), query, kubelet.logFile);
  }

  function list({ resource, namespace }: Target, query: URLSearchParams): object {
    const matches = [labelSelector(query.get('labelSelector')), fieldSelector(query.get('fieldSelector'))];
    const items = store.list(resource, namespace).filter((object) => matches.every((match) => match(object)));
    // The items of a list leave out what the list says for all of them.
    return {
      kind: `${resource.kind}List`,
      apiVersion: apiVersionOf(resource),
      metadata: { resourceVersion: '' },
      items: items.map(({ kind: _kind, apiVersion: _version, ...object }) => object),
    };
  }

  function write({ resource, namespace, name }: Target, request: ApiRequest): KubernetesObject {
    const object = store.get(resource, namespace, name!);
    const next = request.method === 'PATCH' ? patched(object, request.contentType, request.body) : request.body;
    return replace(resource, object, next);
  }

  function replace(resource: Resource, object: KubernetesObject, next: unknown): KubernetesObject {
    const { metadata, ...fields } = parsed(manifest, next) as Manifest;
    if (metadata.resourceVersion && metadata.resourceVersion !== object.metadata.resourceVersion) {
      throw conflict(resource, object.metadata.name);
    }
    if (metadata.name !== object.metadata.name)
      throw badRequest('the name of the object does not match the name on the URL');
    validate(resource, { ...fields, metadata });
    return store.update(object, (draft) => {
      const { uid, resourceVersion, creationTimestamp, generation } = draft.metadata;
      const kept = { apiVersion: draft.apiVersion, kind: draft.kind, status: draft.status };
      for (const field of Object.keys(draft))
        if (!(field in fields) && field !== 'metadata') delete (draft as unknown as Record<string, unknown>)[field];
      Object.assign(draft, fields, kept.status === undefined ? {} : { status: kept.status }, {
        apiVersion: kept.apiVersion,
        kind: kept.kind,
      });
      draft.metadata = { ...metadata, name: draft.metadata.name, uid, resourceVersion, creationTimestamp, generation };
    });
  }

  function remove({ resource, namespace, name }: Target, { body, query }: ApiRequest): object {
    const object = store.get(resource, namespace, name!);
    const options = parsed(deleteOptions, body ?? {});
    const { uid = object.metadata.uid } = options.preconditions ?? {};
    if (uid !== object.metadata.uid) throw conflict(resource, name!);
    const propagationPolicy =
      options.propagationPolicy ?? ((query.get('propagationPolicy') ?? undefined) as PropagationPolicy | undefined);
    const grace =
      options.gracePeriodSeconds ??
      (query.has('gracePeriodSeconds') ? Number(query.get('gracePeriodSeconds')) : undefined);
    deleteObject(store, clock, resource, object, { propagationPolicy, graceSeconds: grace });
    if (store.find(resource, namespace, name!)) return object;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name, group: resource.group || undefined, kind: resource.plural, uid: object.metadata.uid },
    };
  }

  function scale({ resource, namespace, name }: Target, request: ApiRequest): ApiAnswer {
    if (resource !== DEPLOYMENTS) throw unserved();
    const deployment = store.get<Deployment>(DEPLOYMENTS, namespace, name!);
    const current = () => ({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name, namespace, uid: deployment.metadata.uid, resourceVersion: deployment.metadata.resourceVersion },
      spec: { replicas: deployment.spec.replicas ?? 1 },
      status: { replicas: deployment.status.replicas ?? 0, selector: selectorText(deployment) },
    });
    if (request.method === 'GET') return ok(current());
    const next = request.method === 'PATCH' ? patched(current(), request.contentType, request.body) : request.body;
    const { metadata, spec } = parsed(
      z.looseObject({
        metadata: z.looseObject({ resourceVersion: z.string().optional() }).default({}),
        spec: z.looseObject({ replicas: z.int().default(0) }),
      }),
      next,
    );
    if (metadata.resourceVersion && metadata.resourceVersion !== deployment.metadata.resourceVersion)
      throw conflict(DEPLOYMENTS, name!);
    if (spec.replicas < 0)
      throw invalid(
        DEPLOYMENTS,
        name!,
        `spec.replicas: Invalid value: ${spec.replicas}: must be greater than or equal to 0`,
      );
    store.update(deployment, (draft) => {
      draft.spec.replicas = spec.replicas;
    });
    return ok(current());
  }
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
  const complete = (object: KubernetesObject) => {
    if (resource === JOBS) {
      object.spec = withJobDefaults((object as Job).spec, object.metadata.uid, object.metadata.name);
      object.status = {};
    } else if (resource === DEPLOYMENTS) {
      object.spec = withDeploymentDefaults((object as Deployment).spec);
      object.status = {};
    } else if (resource === PODS) object.status = { phase: 'Pending' };
  };
  return store.create(resource, { ...structuredClone(given), metadata }, complete);
}

/** `/apis/batch/v1/namespaces/retool/jobs/restore/status`, `/api/v1/pods`, `/api/v1/namespaces/retool` */
function targetOf(path: string, store: ObjectStore): Target | undefined {
  const [root, ...segments] = path.replace(/\/$/, '').split('/').slice(1).map(decodeURIComponent);
  const group = root === 'apis' ? segments.shift() : root === 'api' ? '' : undefined;
  const version = segments.shift();
  if (group === undefined || segments.length === 0) return undefined;
  const namespaced = segments[0] === 'namespaces' && segments.length > 2;
  const [plural, name, subresource] = namespaced ? segments.slice(2) : segments;
  const resource = servedBy(store).find(
    (each) => each.group === group && each.version === version && each.plural === plural,
  );
  if (!resource || (resource.namespaced && !namespaced && name !== undefined)) throw unserved();
  return { resource, ...(namespaced ? { namespace: segments[1] } : {}), name, subresource };
}

function verbOf(method: string, { name }: Target): Attributes['verb'] {
  const verbs: Readonly<Record<string, Attributes['verb']>> = { PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  if (method === 'GET') return name === undefined ? 'list' : 'get';
  const verb = method === 'POST' && name === undefined ? 'create' : name === undefined ? undefined : verbs[method];
  if (!verb)
    throw new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
  return verb;
}

/** What clients ask first to learn which kinds there are. */
function discovery(path: string, store: ObjectStore): ApiAnswer {
  const all = servedBy(store);
  const groups = [...new Set(all.map(({ group }) => group).filter(Boolean))];
  if (path === '/api') return ok({ kind: 'APIVersions', versions: ['v1'] });
  if (path === '/apis') {
    const versions = (name: string) =>
      [...new Set(all.filter(({ group }) => group === name).map(({ version }) => version))].map((version) => ({
        groupVersion: `${name}/${version}`,
        version,
      }));
    const named = groups.map((name) => ({ name, versions: versions(name), preferredVersion: versions(name)[0] }));
    return ok({ kind: 'APIGroupList', apiVersion: 'v1', groups: named });
  }
  const groupVersion = /^\/apis?\/(.+?)\/?$/.exec(path)?.[1];
  const served = all.filter((each) => apiVersionOf(each) === groupVersion);
  if (served.length === 0) throw unserved();
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update'];
  const resources = served.map(({ plural, kind, namespaced, shortNames }) => ({
    name: plural,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    shortNames,
    verbs,
  }));
  return ok({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources });
}

function parsed<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw badRequest(`the object provided is unrecognized: ${issue?.path.join('.')}: ${issue?.message}`);
}

const unserved = () => new StatusError(404, 'NotFound', 'the server could not find the requested resource');
const selectorText = ({ spec }: Deployment): string =>
  Object.entries(spec.selector.matchLabels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
