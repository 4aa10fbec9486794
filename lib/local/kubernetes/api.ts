import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { User } from './authentication.ts';
import { authorize } from './authorization.ts';
import { discovery, OPEN_API_V2 } from './discovery.ts';
import type { Kubelet } from './kubelet.ts';
import { podMetrics } from './metrics.ts';
import { dryRunOf, type ObjectStore } from './object-store.ts';
import { apiVersionOf, type KubernetesObject, NAMESPACES, PODS, type Pod } from './objects.ts';
import { followPodLog, readPodLog } from './pod-log.ts';
import { review } from './reviews.ts';
import { scale } from './scale.ts';
import { fieldSelector, labelSelector } from './selectors.ts';
import { badRequest, invalid, unserved } from './status.ts';
import { table, wantsTable } from './tables.ts';
import { type Target, targetOf, verbOf } from './target.ts';
import { type Changes, watch } from './watch.ts';
import { post, remove, write } from './writes.ts';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  /** What the client would like to be answered with. */
  readonly accept: string;
  /** Parsed; undefined when there is none. */
  readonly body: unknown;
  readonly user: User;
}

export interface ApiAnswer {
  readonly status: number;
  /** An object, sent as JSON; a log, sent as text; or what goes on: a watch (JSON) or a log that is followed (text). */
  readonly body: object | string | Readable;
  /** Of the body, where it does not tell. */
  readonly type?: string;
}

interface ApiOptions {
  readonly store: ObjectStore;
  readonly changes: Changes;
  readonly kubelet: Kubelet;
  readonly clock: Clock;
}

const ok = (body: ApiAnswer['body']): ApiAnswer => ({ status: 200, body });
const VERSION = { major: '1', minor: '33', gitVersion: 'v1.33.5-eks-simulated', platform: 'linux/amd64' };

/** The API server: one request in, its answer out; failures are StatusErrors. */
export function createApi({ store, changes, kubelet, clock }: ApiOptions): (request: ApiRequest) => Promise<ApiAnswer> {
  return async (request) => {
    const { path, user, query, body } = request;
    if (path === '/version') return ok(VERSION);
    if (path === '/openapi/v2') return { status: 200, ...OPEN_API_V2 };
    const answered = review(path, body, user, store);
    if (answered) return { status: 201, body: answered };
    const found = podMetrics(path, user, store, kubelet) ?? discovery(path, store);
    if (found) return ok(found);
    const target = targetOf(path, store);
    if (!target) throw unserved();
    const verb = verbOf(request.method, query, target);
    authorize(user, { verb, ...target }, store);
    if (target.namespace !== undefined && verb === 'create') store.get(NAMESPACES, undefined, target.namespace);
    if (target.subresource === 'log') return log(target, query);
    const into = storeFor(query);
    if (target.subresource === 'scale') return ok(scale(target, request, into));
    // A status is written by the cluster itself.
    if (target.subresource && !(target.subresource === 'status' && verb === 'get')) throw unserved();
    switch (verb) {
      case 'get':
        return get(target, request);
      case 'list':
        return list(target, request);
      case 'watch':
        return watching(target, request);
      case 'create':
        return { status: 201, body: await post(target, request, into) };
      case 'delete':
        return ok(remove(target, request, into, clock));
      default:
        return ok(await write(target, request, into));
    }
  };

  function storeFor(query: URLSearchParams): ObjectStore {
    const dryRun = query.getAll('dryRun');
    if (dryRun.some((each) => each !== 'All')) throw badRequest(`dryRun: Unsupported value: "${dryRun}"`);
    return dryRun.length > 0 ? dryRunOf(store, clock) : store;
  }

  function log({ resource, namespace, name }: Target, query: URLSearchParams): ApiAnswer {
    if (resource !== PODS) throw unserved();
    const pod = () => store.find<Pod>(PODS, namespace, name!);
    const now = readPodLog(store.get<Pod>(PODS, namespace, name!), query, kubelet.logFile);
    if (query.get('follow') !== 'true') return ok(now.text);
    return { status: 200, body: followPodLog(now, pod, clock), type: 'text/plain' };
  }

  function get({ resource, namespace, name }: Target, { accept }: ApiRequest): ApiAnswer {
    const object = store.get(resource, namespace, name!);
    const { resourceVersion } = object.metadata;
    return ok(wantsTable(resource, accept) ? table(resource, [object], resourceVersion, clock) : object);
  }

  function selected({ name }: Target, query: URLSearchParams): (object: KubernetesObject) => boolean {
    const matches = [labelSelector(query.get('labelSelector')), fieldSelector(query.get('fieldSelector'))];
    return (object) => (name === undefined || object.metadata.name === name) && matches.every((match) => match(object));
  }

  function list(target: Target, { query, accept }: ApiRequest): ApiAnswer {
    const { resource, namespace } = target;
    const items = store.list(resource, namespace).filter(selected(target, query));
    const resourceVersion = String(store.version());
    if (wantsTable(resource, accept)) return ok(table(resource, items, resourceVersion, clock));
    // The items of a list leave out what the list says for all of them.
    return ok({
      kind: `${resource.kind}List`,
      apiVersion: apiVersionOf(resource),
      metadata: { resourceVersion },
      items: items.map(({ kind: _kind, apiVersion: _version, ...object }) => object),
    });
  }

  function watching(target: Target, { query, accept }: ApiRequest): ApiAnswer {
    const { resource, namespace } = target;
    // As servers without the feature say; clients list and then watch instead.
    if (query.has('sendInitialEvents'))
      throw invalid(resource, '', 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch here');
    const matches = selected(target, query);
    const asTable = wantsTable(resource, accept);
    const stream = watch({
      changes,
      clock,
      resource,
      namespace,
      matches,
      query,
      present: store.list(resource, namespace).filter(matches),
      shown: (object) => (asTable ? table(resource, [object], object.metadata.resourceVersion, clock) : object),
    });
    return { status: 200, body: stream, type: 'application/json' };
  }
}
