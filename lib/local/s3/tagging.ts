import { AwsError, type SignedRequest, type WireResponse } from '../wire/endpoint.ts';
import { parseXml } from '../wire/xml.ts';
import { type Call, document, versionHeader } from './call.ts';
import { readable } from './read.ts';

type Tags = Readonly<Record<string, string>>;

/** An object has at most 10 tags, keys of up to 128 and values of up to 256 characters. */
const [MOST_TAGS, LONGEST_NAME, LONGEST_VALUE] = [10, 128, 256];

/** `x-amz-tagging: run=1&kind=dump`, of a write; undefined where there is none. */
export function tagsOfHeader({ headers }: SignedRequest): Tags | undefined {
  const header = [headers['x-amz-tagging']].flat()[0];
  return header === undefined ? undefined : checked([...new URLSearchParams(header)]);
}

export function getObjectTagging(call: Call): WireResponse {
  const version = readable(call, 'GetObjectTagging');
  const Tag = Object.entries(version.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  return document('Tagging', { TagSet: { Tag } }, versionHeader(version));
}

export async function putObjectTagging(call: Call): Promise<WireResponse> {
  const body = parseXml((await call.request.body()).toString('utf8'), ['Tag']) as {
    Tagging?: { TagSet?: { Tag?: { Key?: string; Value?: string }[] } };
  };
  const given = body.Tagging?.TagSet?.Tag ?? [];
  return retag(call, 'PutObjectTagging', checked(given.map(({ Key = '', Value = '' }) => [Key, Value])));
}

export const deleteObjectTagging = (call: Call): WireResponse => ({
  ...retag(call, 'DeleteObjectTagging', {}),
  status: 204,
});

function retag(call: Call, action: 'PutObjectTagging' | 'DeleteObjectTagging', tags: Tags): WireResponse {
  const version = readable(call, action);
  call.bucket.tag(call.key, version.versionId, tags);
  return { status: 200, headers: versionHeader(version) };
}

function checked(tags: readonly (readonly [name: string, value: string])[]): Tags {
  if (tags.length > MOST_TAGS) throw new AwsError('BadRequest', 400, 'Object tags cannot be greater than 10');
  const names = new Set(tags.map(([name]) => name));
  const fits = tags.every(
    ([name, value]) => name.length > 0 && name.length <= LONGEST_NAME && value.length <= LONGEST_VALUE,
  );
  if (names.size < tags.length || !fits)
    throw new AwsError(
      'InvalidTag',
      400,
      'A tag needs a name of its own of up to 128 characters, and a value of up to 256.',
    );
  return Object.fromEntries(tags);
}
