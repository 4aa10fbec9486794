import { type ObjectStore, servedBy } from './object-store.ts';
import { apiVersionOf, DEPLOYMENTS, JOBS, PODS, type Resource, SERVICES } from './objects.ts';
import { REVIEWS } from './reviews.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
/** What `kubectl get all` means. */
const ALL: readonly Resource[] = [PODS, SERVICES, DEPLOYMENTS, JOBS];

/**
 * What clients ask first to learn which kinds there are, and what is understood of them: discovery, and as much of
 * OpenAPI as kubectl reads before it applies something. Undefined for any other path.
 */
export function discovery(path: string, store: ObjectStore): object | undefined {
  const kinds = servedBy(store);
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return groups([...kinds, ...REVIEWS]);
  if (path === '/openapi/v3') return openApiIndex(kinds);
  const [, prefix, groupVersion] = /^(\/openapi\/v3)?\/apis?\/(.+?)\/?$/.exec(path) ?? [];
  const served = kinds.filter((each) => apiVersionOf(each) === groupVersion);
  if (prefix) return served.length > 0 ? openApi(served) : undefined;
  const resources = [
    ...served.flatMap(withSubresources),
    ...REVIEWS.filter((each) => apiVersionOf(each) === groupVersion).map((each) => described(each, ['create'])),
  ];
  return resources.length > 0 ? { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources } : undefined;
}

function groups(kinds: readonly Resource[]): object {
  const named = [...new Set(kinds.map(({ group }) => group).filter(Boolean))].map((name) => {
    const versions = [...new Set(kinds.filter(({ group }) => group === name).map(({ version }) => version))].map(
      (version) => ({ groupVersion: `${name}/${version}`, version }),
    );
    return { name, versions, preferredVersion: versions[0] };
  });
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: named };
}

const described = ({ plural, kind, namespaced, shortNames }: Resource, verbs: readonly string[]) => ({
  name: plural,
  singularName: kind.toLowerCase(),
  namespaced,
  kind,
  shortNames,
  verbs,
});

function withSubresources(resource: Resource): object[] {
  const { plural, namespaced, kind } = resource;
  const sub = (name: string, verbs: readonly string[], more: object = { kind }) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    verbs,
    ...more,
  });
  return [
    { ...described(resource, VERBS), ...(ALL.includes(resource) && { categories: ['all'] }) },
    sub('status', ['get']),
    ...(resource === PODS ? [sub('log', ['get']), sub('portforward', ['create', 'get'])] : []),
    ...(resource === DEPLOYMENTS
      ? [sub('scale', ['get', 'patch', 'update'], { kind: 'Scale', group: 'autoscaling', version: 'v1' })]
      : []),
  ];
}

const root = ({ group, version }: Pick<Resource, 'group' | 'version'>) =>
  group ? `apis/${group}/${version}` : `api/${version}`;

const openApiIndex = (kinds: readonly Resource[]): object => ({
  paths: Object.fromEntries(kinds.map((each) => [root(each), { serverRelativeURL: `/openapi/v3/${root(each)}` }])),
});

/** Says of each kind that a patch of it may have its fields checked here: without that, kubectl applies nothing. */
function openApi(kinds: readonly Resource[]): object {
  const paths = kinds.map((resource) => {
    const { group, version, kind, plural, namespaced } = resource;
    const patch = {
      parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string', uniqueItems: true } }],
      responses: { 200: { description: 'OK' } },
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group, version, kind },
    };
    return [`/${root(resource)}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}/{name}`, { patch }];
  });
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1' }, paths: Object.fromEntries(paths) };
}

/**
 * The older OpenAPI, describing nothing: kubectl wants it for a `List`, and then sends each item to be checked here. It
 * reads it in protobuf only, in which this is a document with its first field, `swagger: "2.0"`.
 */
export const OPEN_API_V2 = {
  body: '\n\u00032.0',
  type: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
};
