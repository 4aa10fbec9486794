import { type ObjectStore, servedBy } from './object-store.ts';
import type { Resource } from './objects.ts';
import { StatusError, unserved } from './status.ts';

/** What a request is about. */
export interface Target {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** `/apis/batch/v1/namespaces/retool/jobs/restore/status`, `/api/v1/pods`, `/api/v1/namespaces/retool` */
export function targetOf(path: string, store: ObjectStore): Target | undefined {
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

/** The verb that RBAC knows the request by; 405 for a method that means nothing there. */
export function verbOf(method: string, query: URLSearchParams, { name }: Target): string {
  if (method === 'GET') {
    if (query.get('watch') === 'true' || query.get('watch') === '1') return 'watch';
    return name === undefined ? 'list' : 'get';
  }
  if (method === 'POST' && name === undefined) return 'create';
  const verbs: Readonly<Record<string, string>> = { PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  const verb = name === undefined ? undefined : verbs[method];
  if (verb) return verb;
  throw new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
}
