import { AwsError, type WireResponse } from '../wire/endpoint.ts';
import { type Bucket, compareKeys, type ObjectVersion } from './bucket.ts';
import { bucketArn, type Call, document, notImplemented, urlEncode } from './call.ts';

/** A page has at most 1000 entries, whatever is asked for. */
const LONGEST_PAGE = 1000;

export function listObjectsV2(call: Call): WireResponse {
  const { bucket, request } = call;
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const max = pageSize(call);
  call.allow('ListBucket', listConditions(call), bucketArn(bucket.name));
  const token = query.get('continuation-token');
  const page = collect(bucket, {
    prefix,
    delimiter,
    max,
    startAfter: query.get('start-after') ?? '',
    last: token === null ? '' : decodeToken(token),
  });
  const write = query.get('encoding-type') === 'url' ? urlEncode : (text: string) => text;
  return document('ListBucketResult', {
    Name: bucket.name,
    Prefix: write(prefix),
    ...(delimiter && { Delimiter: write(delimiter) }),
    ...(query.get('encoding-type') && { EncodingType: 'url' }),
    ...(query.get('start-after') && { StartAfter: write(query.get('start-after')!) }),
    ...(token !== null && { ContinuationToken: token }),
    MaxKeys: max,
    KeyCount: page.objects.length + page.prefixes.length,
    IsTruncated: page.next !== undefined,
    ...(page.next !== undefined && { NextContinuationToken: Buffer.from(page.next).toString('base64url') }),
    Contents: page.objects.map(([key, version]) => ({
      Key: write(key),
      ...describe(version),
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: page.prefixes.map((each) => ({ Prefix: write(each) })),
  });
}

export function listObjectVersions(call: Call): WireResponse {
  const { bucket, request } = call;
  const { query } = request;
  if (query.get('delimiter')) throw notImplemented('A delimiter in ListObjectVersions');
  const prefix = query.get('prefix') ?? '';
  const max = pageSize(call);
  call.allow('ListBucketVersions', listConditions(call), bucketArn(bucket.name));
  const [keyMarker, versionMarker] = [query.get('key-marker') ?? '', query.get('version-id-marker')];
  const entries = bucket.keys().flatMap((key) => {
    if (!key.startsWith(prefix) || compareKeys(key, keyMarker) < 0) return [];
    const versions = bucket.versions(key).map((version, index) => ({ key, version, latest: index === 0 }));
    if (key !== keyMarker) return versions;
    // Without a version the marker stands behind all versions of its key.
    const at = versions.findIndex(({ version }) => version.versionId === versionMarker);
    return at < 0 ? [] : versions.slice(at + 1);
  });
  const page = entries.slice(0, max);
  const last = page.at(-1);
  const write = query.get('encoding-type') === 'url' ? urlEncode : (text: string) => text;
  const common = ({ key, version, latest }: (typeof entries)[number]) => ({
    Key: write(key),
    VersionId: version.versionId,
    IsLatest: latest,
    ...(version.deleteMarker ? { LastModified: new Date(version.modified).toISOString() } : describe(version)),
  });
  return document('ListVersionsResult', {
    Name: bucket.name,
    Prefix: write(prefix),
    KeyMarker: write(keyMarker),
    ...(query.get('encoding-type') && { EncodingType: 'url' }),
    MaxKeys: max,
    IsTruncated: entries.length > page.length,
    ...(last &&
      entries.length > page.length && { NextKeyMarker: write(last.key), NextVersionIdMarker: last.version.versionId }),
    Version: page
      .filter(({ version }) => !version.deleteMarker)
      .map((entry) => ({ ...common(entry), StorageClass: 'STANDARD' })),
    DeleteMarker: page.filter(({ version }) => version.deleteMarker).map(common),
  });
}

interface Page {
  readonly objects: [key: string, version: ObjectVersion][];
  readonly prefixes: string[];
  /** The last entry of this page, when there are more behind it. */
  next?: string;
}

/** Walks the keys in order; keys that share what stands before the delimiter become one common prefix. */
function collect(
  bucket: Bucket,
  {
    prefix,
    delimiter,
    max,
    startAfter,
    last,
  }: { prefix: string; delimiter: string; max: number; startAfter: string; last: string },
): Page {
  const page: Page = { objects: [], prefixes: [] };
  let previous = '';
  for (const key of bucket.keys()) {
    if (!key.startsWith(prefix) || (startAfter !== '' && compareKeys(key, startAfter) <= 0)) continue;
    const version = bucket.current(key);
    if (!version) continue;
    const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const entry = at < 0 ? key : key.slice(0, at + delimiter.length);
    if ((last !== '' && compareKeys(entry, last) <= 0) || (at >= 0 && page.prefixes.at(-1) === entry)) continue;
    if (page.objects.length + page.prefixes.length >= max) {
      if (max > 0) page.next = previous;
      return page;
    }
    if (at < 0) page.objects.push([key, version]);
    else page.prefixes.push(entry);
    previous = entry;
  }
  return page;
}

const describe = (version: ObjectVersion) => ({
  LastModified: new Date(version.modified).toISOString(),
  ETag: version.etag,
  ...(version.checksum && { ChecksumAlgorithm: version.checksum.algorithm.toUpperCase() }),
  Size: version.size,
});

function pageSize({ request }: Call): number {
  const asked = Number(request.query.get('max-keys') ?? LONGEST_PAGE);
  if (!(Number.isInteger(asked) && asked >= 0))
    throw new AwsError('InvalidArgument', 400, 'max-keys must be a whole number, not below 0');
  return Math.min(asked, LONGEST_PAGE);
}

const listConditions = ({ request: { query } }: Call) => ({
  's3:prefix': query.get('prefix') ?? undefined,
  's3:delimiter': query.get('delimiter') ?? undefined,
  's3:max-keys': query.get('max-keys') ?? undefined,
});

const decodeToken = (token: string): string => Buffer.from(token, 'base64url').toString('utf8');
