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

/** As a merge patch, but lists whose items have names (containers, env, volumes) merge item by item. */
function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) return mergeNamed(target, patch);
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = strategicMergePatch(result[name], value);
  }
  return result;
}

function mergeNamed(target: unknown, patch: readonly unknown[]): unknown[] {
  const named = (items: readonly unknown[]): items is Fields[] =>
    items.every((item) => isFields(item) && typeof item.name === 'string');
  if (!Array.isArray(target) || !named(patch) || !named(target)) return [...patch];
  const result = [...target];
  for (const item of patch) {
    const index = result.findIndex((each) => each.name === item.name);
    if (item.$patch === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index < 0) result.push(item);
    else result[index] = strategicMergePatch(result[index], item) as Fields;
  }
  return result;
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
