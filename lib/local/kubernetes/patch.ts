import { z } from 'zod';
import { badRequest, StatusError } from './status.ts';

type Fields = Record<string, unknown>;

/** What a PATCH of the given content type makes of a document; the document itself stays as it is. */
export function patched(document: unknown, contentType: string, patch: unknown): unknown {
  switch (contentType.split(';')[0]?.trim()) {
    case 'application/json-patch+json':
      return jsonPatch(document, patch);
    case 'application/merge-patch+json':
      return mergePatch(document, patch);
    case 'application/strategic-merge-patch+json':
      return strategicMergePatch(document, patch);
    default:
      throw new StatusError(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json`,
      );
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386: null removes, objects merge, all else replaces. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/**
 * By which field the items of a list are the same, by the list's own name: `patchMergeKey` of Kubernetes' types. Lists
 * that are not named here are replaced whole.
 */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  // Those of a container, and those of a service.
  ports: ['containerPort', 'port'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  conditions: ['type'],
  ownerReferences: ['uid'],
};
const ORDER = '$setElementOrder/';
const DELETED = '$deleteFromPrimitiveList/';

/** As a merge patch, but lists whose items have a key (containers, env, volumes) merge item by item, as do finalizers. */
function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const { $patch, $retainKeys, ...fields } = patch;
  if ($patch === 'replace') return fields;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith('$')) continue;
    if (value === null) delete result[name];
    else if (Array.isArray(value)) result[name] = mergeLists(name, result[name], value);
    else result[name] = strategicMergePatch(result[name], value);
  }
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith(DELETED)) remainder(result, name.slice(DELETED.length), value);
    if (name.startsWith(ORDER)) inOrder(result, name.slice(ORDER.length), value);
  }
  if (!Array.isArray($retainKeys)) return result;
  return Object.fromEntries(Object.entries(result).filter(([name]) => $retainKeys.includes(name)));
}

function mergeLists(name: string, target: unknown, patch: readonly unknown[]): unknown[] {
  const before = Array.isArray(target) ? target : [];
  if (name === 'finalizers') return [...new Set([...before, ...patch])];
  if (patch.some((item) => isFields(item) && item.$patch === 'replace'))
    return patch.filter((item) => !(isFields(item) && item.$patch === 'replace'));
  const key = keyOf(name, [...patch, ...before]);
  if (key === undefined) return [...patch];
  const result: unknown[] = [...before];
  for (const item of patch as readonly Fields[]) {
    const index = result.findIndex((each) => isFields(each) && each[key] === item[key]);
    if (item.$patch === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(strategicMergePatch({}, item));
    else result[index] = strategicMergePatch(result[index], item);
  }
  return result;
}

/** The key that all of the items have. */
const keyOf = (name: string, items: readonly unknown[]): string | undefined =>
  Object.hasOwn(MERGE_KEYS, name)
    ? MERGE_KEYS[name]?.find((key) => items.every((item) => isFields(item) && item[key] !== undefined))
    : undefined;

function remainder(result: Fields, name: string, deleted: unknown): void {
  const list = result[name];
  if (Array.isArray(list) && Array.isArray(deleted)) result[name] = list.filter((item) => !deleted.includes(item));
}

/** The items that the patch names come in its order; the others stay where they are among them. */
function inOrder(result: Fields, name: string, order: unknown): void {
  const list = result[name];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const key = keyOf(name, [...order, ...list]);
  const rank = (item: unknown) =>
    order.findIndex((each) => (key === undefined ? each === item : (each as Fields)[key] === (item as Fields)[key]));
  const ordered = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  result[name] = list.map((item) => (rank(item) < 0 ? item : ordered.shift()));
}

const operations = z.array(
  z.object({
    op: z.enum(['add', 'remove', 'replace', 'test', 'move', 'copy']),
    path: z.string().regex(/^(\/.*)?$/),
    from: z.string().optional(),
    value: z.unknown(),
  }),
);

/** RFC 6902. */
function jsonPatch(document: unknown, patch: unknown): unknown {
  const parsed = operations.safeParse(patch);
  if (!parsed.success) throw badRequest(`json: cannot unmarshal the patch: ${parsed.error.issues[0]?.message}`);
  const root = { document: structuredClone(document) };
  for (const { op, path, from = '', value } of parsed.data) {
    if (op === 'test') {
      if (JSON.stringify(read(root, path)) !== JSON.stringify(value))
        throw unprocessable(`testing path ${path} value failed`);
    } else if (op === 'remove') remove(root, path);
    else if (op === 'replace') {
      read(root, path);
      remove(root, path);
      add(root, path, value);
    } else if (op === 'add') add(root, path, value);
    else {
      const moved = structuredClone(read(root, from));
      if (op === 'move') remove(root, from);
      add(root, path, moved);
    }
  }
  return root.document;
}

const unprocessable = (message: string) =>
  new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${message}`);

/** The holder of a pointer's last step, and that step: `/metadata/annotations/a~1b` → annotations, `a/b`. */
function locate(root: object, path: string): { holder: Fields | unknown[]; key: string } {
  const steps = [
    'document',
    ...path
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')),
  ];
  const key = steps.pop()!;
  let holder: unknown = root;
  for (const step of steps) holder = (holder as Fields | undefined)?.[step];
  if (!isFields(holder) && !Array.isArray(holder)) throw unprocessable(`doc is missing path: ${path}`);
  return { holder, key };
}

function read(root: object, path: string): unknown {
  const { holder, key } = locate(root, path);
  if (!Object.hasOwn(holder, key)) throw unprocessable(`doc is missing key: ${path}: missing value`);
  return (holder as Fields)[key];
}

function add(root: object, path: string, value: unknown): void {
  const { holder, key } = locate(root, path);
  if (!Array.isArray(holder)) holder[key] = value;
  else if (key === '-') holder.push(value);
  else if (/^\d+$/.test(key) && Number(key) <= holder.length) holder.splice(Number(key), 0, value);
  else throw unprocessable(`Unable to access invalid index: ${key}`);
}

function remove(root: object, path: string): void {
  read(root, path);
  const { holder, key } = locate(root, path);
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}
