import { changes } from './changes.ts';
import { readRows, withHeaders } from './csv.ts';
import type { ItemReader } from './definition.ts';
import { StateFailure, TaskFailure } from './failure.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** Calls S3 as the machine's role: `s3:getObject` answers with `Body` as text, `s3:listObjectsV2` in AWS's shape. */
export type CallStore = (resource: string, parameters: JsonObject) => Promise<Json>;

const GET_OBJECT = 'arn:aws:states:::s3:getObject';
const LIST_OBJECTS = 'arn:aws:states:::s3:listObjectsV2';

/** What an ItemReader may name as its Resource. */
export const readerResources: readonly string[] = [GET_OBJECT, LIST_OBJECTS];

type ReaderConfig = NonNullable<ItemReader['ReaderConfig']>;

/** One of what a distributed Map goes through, as `$states.context.Map.Item` shows it; a member of an object has a Key. */
export interface Item {
  readonly Value: Json;
  readonly Key?: string;
  readonly Source: string;
}

/** What an item hands on where no ItemSelector shapes it. */
export const inputOf = ({ Key, Value }: Item): Json => (Key === undefined ? Value : { Key, Value });

/**
 * The items of a distributed Map that come from S3. `maxItems` 0 means all.
 * Throws a StateFailure of States.ItemReaderFailed for whatever keeps them from being read.
 */
export async function readItems(
  reader: ItemReader,
  o: {
    readonly parameters: JsonObject;
    readonly maxItems: number;
    readonly call: CallStore;
    readonly asOf: number;
  },
): Promise<Item[]> {
  const config = reader.ReaderConfig ?? {};
  const enough = (items: Item[]) => (o.maxItems === 0 ? items : items.slice(0, o.maxItems));
  const { Bucket = '' } = o.parameters;
  const read = async (parameters: JsonObject) =>
    itemsIn(await bodyOf(o.call, parameters), config, { Source: sourceOf(parameters), asOf: o.asOf });
  try {
    if (reader.Resource === GET_OBJECT) return enough(await read(o.parameters));
    const listed = await listObjects(o.call, o.parameters, config.Transformation === undefined ? o.maxItems : 0);
    if (config.Transformation !== 'LOAD_AND_FLATTEN') {
      return enough(listed.map((Value) => ({ Value, Source: sourceOf({ Bucket }) })));
    }
    const items: Item[] = [];
    for (const { Key = '' } of listed) items.push(...(await read({ Bucket, Key })));
    return enough(items);
  } catch (error) {
    if (error instanceof TaskFailure) throw failed(error.cause ?? error.error ?? 'The item reader failed.');
    throw error;
  }
}

/** A bucket, or an object in it, as AWS writes it. */
export const sourceOf = ({ Bucket = '', Key }: JsonObject): string =>
  `S3://${Bucket}${Key === undefined ? '' : `/${Key}`}`;

const failed = (cause: string): StateFailure => new StateFailure('States.ItemReaderFailed', cause);

async function bodyOf(call: CallStore, parameters: JsonObject): Promise<string> {
  const answer = await call(GET_OBJECT, parameters);
  const body = isObject(answer) ? answer.Body : undefined;
  if (typeof body !== 'string') throw failed(`The object ${JSON.stringify(parameters.Key)} has no text.`);
  return body;
}

/** The items in the text of an object, by the reader's configuration. */
export function itemsIn(body: string, config: ReaderConfig, o: { Source: string; asOf: number }): Item[] {
  const { Source } = o;
  const items = (values: readonly Json[]) => values.map((Value) => ({ Value, Source }));
  switch (config.InputType) {
    case 'CSV':
      return items(csvItems(body, config));
    case 'JSONL': {
      const lines = body.split('\n').filter((line) => line.trim() !== '');
      return items(lines.map((line) => parse(line)));
    }
    default: {
      const value = pointedAt(parse(body), config.ItemsPointer ?? '');
      if (Array.isArray(value)) return items(value);
      if (!isObject(value) || o.asOf < changes.objectsHaveItems) {
        throw failed('Attempting to map over non-iterable node.');
      }
      return Object.entries(value).map(([Key, Value]) => ({ Key, Value, Source }));
    }
  }
}

function csvItems(body: string, { CSVHeaders, CSVDelimiter }: ReaderConfig): JsonObject[] {
  const rows = readRows(body, CSVDelimiter);
  const headers = CSVHeaders ?? rows.shift() ?? [];
  if (new Set(headers).size < headers.length) throw failed('CSV headers cannot contain duplicates.');
  return withHeaders(headers, rows);
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw failed(`The object is not JSON: ${(error as Error).message}`);
  }
}

/** The value that a JSON pointer (RFC 6901) names. */
function pointedAt(value: Json, pointer: string): Json | undefined {
  const steps = pointer.split('/').slice(1);
  return steps.reduce<Json | undefined>((inner, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(inner)) return inner[Number(name)];
    return isObject(inner) ? inner[name] : undefined;
  }, value);
}

async function listObjects(call: CallStore, parameters: JsonObject, maxItems: number): Promise<JsonObject[]> {
  const objects: JsonObject[] = [];
  let token: Json | undefined;
  do {
    const page = await call(LIST_OBJECTS, { ...parameters, ...(token !== undefined && { ContinuationToken: token }) });
    const { Contents = [], NextContinuationToken } = isObject(page) ? page : {};
    if (!Array.isArray(Contents)) throw failed('The list of objects is no list.');
    for (const object of Contents) if (isObject(object)) objects.push(object);
    token = NextContinuationToken;
  } while (token !== undefined && (maxItems === 0 || objects.length < maxItems));
  return objects;
}
