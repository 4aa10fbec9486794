import { z } from 'zod';
import { RESOURCES, type Resource } from './objects.ts';
import { badRequest } from './status.ts';

/** The client's model of a type: its fields with their types, as `Array<V1Container>` or `{ [key: string]: string; }`. */
type Model = { getAttributeTypeMap(): readonly { readonly baseName: string; readonly type: string }[] };
type Models = Readonly<Record<string, unknown>>;

const isModel = (value: unknown): value is Model => typeof value === 'function' && 'getAttributeTypeMap' in value;

/**
 * Refuses fields that Kubernetes does not know, as `fieldValidation=Strict` asks (kubectl does, the SDKs do not): 400.
 * What a custom resource may contain is not known here.
 */
export async function refuseUnknownFields(resource: Resource, object: unknown): Promise<void> {
  if (!RESOURCES.includes(resource)) return;
  // The types of the installed client. Only kubectl's writes need them, and they take a second to load.
  const models: Models = await import('@kubernetes/client-node');
  const type = resource.kind === 'Event' ? 'CoreV1Event' : `V1${resource.kind}`;
  const unknown = [...unknownFields(object, type, models, '')];
  if (unknown.length === 0) return;
  const named = unknown.map((field) => `unknown field "${field}"`).join(', ');
  throw badRequest(
    `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ${named}`,
  );
}

function* unknownFields(value: unknown, type: string, models: Models, at: string): Generator<string> {
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  const inner = (name: string) => (at === '' ? name : `${at}.${name}`);
  if (list !== undefined) {
    if (!Array.isArray(value)) return;
    for (const [index, item] of value.entries()) yield* unknownFields(item, list, models, `${at}[${index}]`);
    return;
  }
  const fields = z.record(z.string(), z.unknown()).safeParse(value).data;
  if (!fields) return;
  const model = models[type];
  if (!map && !isModel(model)) return;
  const types = isModel(model)
    ? new Map(model.getAttributeTypeMap().map((each) => [each.baseName, each.type]))
    : undefined;
  for (const [name, field] of Object.entries(fields)) {
    const of = map ?? types?.get(name);
    if (of === undefined) yield inner(name);
    else yield* unknownFields(field, of, models, inner(name));
  }
}
