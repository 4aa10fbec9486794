import { createReadStream, linkSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { AwsError, type SignedRequest, type WireResponse } from '../wire/endpoint.ts';
import { type Bucket, type ObjectVersion, type Segment, segmentOf } from './bucket.ts';
import {
  bucketArn,
  type Call,
  document,
  noSuchKey,
  type ObjectCreated,
  objectArn,
  precondition,
  preconditionFailed,
  unquoted,
  versionHeader,
  writeConditions,
} from './call.ts';
import { checksumHeaders } from './checksums.ts';
import { receive } from './receive.ts';

/** Headers that come back with the object as they were given. */
const KEPT = [
  'content-type',
  'content-language',
  'content-disposition',
  'cache-control',
  'expires',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
];
/** Disk reads of a download: large enough to be few, small enough to be many downloads. */
const READ_SIZE = 256 * 1024;

export async function putObject(call: Call): Promise<WireResponse> {
  const { bucket, key, request } = call;
  call.allow('PutObject', writeConditions(request, true));
  const confirm = precondition(bucket, key, request.headers);
  const received = await receive(request, bucket.newFile());
  try {
    confirm();
  } catch (error) {
    rmSync(received.file);
    throw error;
  }
  const version = commit(call, 'PutObject', {
    size: received.size,
    etag: `"${received.md5}"`,
    segments: [segmentOf(received.file, received.size)],
    headers: keptHeaders(request),
    ...(received.checksum && { checksum: received.checksum }),
  });
  return { status: 200, headers: writtenHeaders(version) };
}

/** Makes an object visible and tells of it. A write's condition is confirmed right before, with nothing awaited between. */
export function commit(
  call: Call,
  reason: ObjectCreated['reason'],
  version: Omit<ObjectVersion, 'versionId' | 'modified'>,
): ObjectVersion {
  const { bucket, key } = call;
  const added = bucket.add(key, { ...version, modified: call.clock.now() });
  call.created({
    bucket: bucket.name,
    key,
    size: added.size,
    etag: unquoted(added.etag),
    versionId: added.versionId === 'null' ? undefined : added.versionId,
    reason,
  });
  return added;
}

export const writtenHeaders = (version: ObjectVersion): Record<string, string> => ({
  etag: version.etag,
  ...versionHeader(version),
  ...checksumHeaders(version.checksum),
  ...encryptionHeaders(version),
});

/** GET and HEAD. */
export function getObject(call: Call): WireResponse {
  const { request, bucket } = call;
  const version = readable(call);
  const { headers, query } = request;
  if (headers['if-match'] && unquoted(headers['if-match']) !== unquoted(version.etag))
    throw preconditionFailed('If-Match');
  const common = {
    etag: version.etag,
    'last-modified': new Date(version.modified).toUTCString(),
    ...versionHeader(version),
  };
  if (headers['if-none-match'] && [version.etag, unquoted(version.etag), '*'].includes(headers['if-none-match'])) {
    return { status: 304, headers: common };
  }
  const range = readRange(headers.range, version.size);
  const { start, end } = range ?? { start: 0, end: version.size };
  const overrides = [...query]
    .filter(([name]) => name.startsWith('response-'))
    .map(([name, value]) => [name.slice('response-'.length), value]);
  const wantsChecksum = !range && String(headers['x-amz-checksum-mode']).toUpperCase() === 'ENABLED';
  return {
    status: range ? 206 : 200,
    headers: {
      'content-type': 'binary/octet-stream',
      ...common,
      ...version.headers,
      'accept-ranges': 'bytes',
      'content-length': String(end - start),
      ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${version.size}` } : {}),
      ...(wantsChecksum ? checksumHeaders(version.checksum) : {}),
      ...Object.fromEntries(overrides),
    },
    ...(request.method === 'HEAD'
      ? {}
      : { body: Readable.from(readSegments(bucket, version.segments, start, end), { objectMode: false }) }),
  };
}

export function deleteObject(call: Call): WireResponse {
  const { bucket, key, request } = call;
  const versionId = request.query.get('versionId') ?? undefined;
  return {
    status: 204,
    headers: removeObject(call, bucket, key, versionId, () => precondition(bucket, key, request.headers)),
  };
}

/** Removes one key as DeleteObject does. @returns the headers that tell what became of it */
export function removeObject(
  call: Call,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  check: () => void = () => {},
): Record<string, string> {
  call.allow(
    versionId ? 'DeleteObjectVersion' : 'DeleteObject',
    { 's3:VersionId': versionId },
    objectArn(bucket.name, key),
  );
  check();
  if (versionId) {
    const version = bucket.versions(key).find((each) => each.versionId === versionId);
    if (version) bucket.remove(key, versionId);
    return { 'x-amz-version-id': versionId, ...(version?.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}) };
  }
  if (!bucket.versioned) {
    if (bucket.current(key)) bucket.remove(key, 'null');
    return {};
  }
  const marker = bucket.add(key, {
    modified: call.clock.now(),
    deleteMarker: true,
    size: 0,
    etag: '',
    segments: [],
    headers: {},
  });
  return { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId };
}

/** The bytes of the copy are the bytes of its source: a second name of the same files. */
export function copyObject(call: Call): WireResponse {
  const { bucket, key, request } = call;
  call.allow('PutObject', writeConditions(request, true));
  const source = copySource(call);
  precondition(bucket, key, request.headers);
  const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  const version = commit(call, 'CopyObject', {
    size: source.version.size,
    etag: source.version.etag,
    segments: source.version.segments.map((segment) => {
      const file = bucket.newFile();
      linkSync(source.bucket.path(segment), file);
      return segmentOf(file, segment.size);
    }),
    headers: replaces ? keptHeaders(request) : source.version.headers,
    ...(source.version.checksum && { checksum: source.version.checksum }),
  });
  return document(
    'CopyObjectResult',
    { ETag: version.etag, LastModified: new Date(version.modified).toISOString() },
    { ...versionHeader(version), ...encryptionHeaders(version) },
  );
}

/** The object that `x-amz-copy-source` names, once the caller is known to be allowed to read it. */
export function copySource(call: Call): { readonly bucket: Bucket; readonly version: ObjectVersion } {
  const { headers } = call.request;
  const [path = '', query] = String(headers['x-amz-copy-source']).replace(/^\//, '').split('?');
  const [name = '', ...segments] = decodeURIComponent(path).split('/');
  const key = segments.join('/');
  const bucket = call.find(name);
  const versionId = new URLSearchParams(query).get('versionId');
  call.allow(versionId ? 'GetObjectVersion' : 'GetObject', {}, objectArn(name, key));
  const version = versionId ? bucket.versions(key).find((each) => each.versionId === versionId) : bucket.current(key);
  if (!version || version.deleteMarker) throw noSuchKey(key);
  const match = headers['x-amz-copy-source-if-match'];
  if (match && unquoted(String(match)) !== unquoted(version.etag))
    throw preconditionFailed('x-amz-copy-source-If-Match');
  return { bucket, version };
}

/** The bytes from `start` up to, but without, `end`. */
export async function* readSegments(
  bucket: Bucket,
  segments: readonly Segment[],
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  let offset = 0;
  for (const segment of segments) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, segment.size);
    offset += segment.size;
    if (from < to)
      yield* createReadStream(bucket.path(segment), { start: from, end: to - 1, highWaterMark: READ_SIZE });
  }
}

/** Headers of a new object; a bucket encrypts by itself, as every bucket has since 2023. */
export function keptHeaders({ headers }: SignedRequest): Record<string, string> {
  const kept: Record<string, string> = {
    'x-amz-server-side-encryption': String(headers['x-amz-server-side-encryption'] ?? 'AES256'),
  };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && (KEPT.includes(name) || name.startsWith('x-amz-meta-'))) kept[name] = String(value);
  }
  // aws-chunked is the framing of the upload, not a property of the object.
  const encoding = String(headers['content-encoding'] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'aws-chunked');
  return encoding.length > 0 ? { ...kept, 'content-encoding': encoding.join(',') } : kept;
}

const encryptionHeaders = ({ headers }: ObjectVersion): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption')));

function readable(call: Call): ObjectVersion {
  const { bucket, key, request } = call;
  const versionId = request.query.get('versionId');
  call.allow(versionId ? 'GetObjectVersion' : 'GetObject', { 's3:VersionId': versionId ?? undefined });
  const version = versionId ? bucket.versions(key).find((each) => each.versionId === versionId) : bucket.current(key);
  if (version?.deleteMarker)
    throw new AwsError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.');
  if (version) return version;
  // Whether a key exists is told only to those who may list the bucket: others get 403.
  call.allow('ListBucket', {}, bucketArn(bucket.name));
  if (versionId)
    throw new AwsError('NoSuchVersion', 404, 'The specified version does not exist.', {
      Key: key,
      VersionId: versionId,
    });
  throw noSuchKey(key);
}

/** `bytes=0-9`, `bytes=5-`, `bytes=-3` as [start, end); undefined when there is none that S3 would heed. */
export function readRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] = [match[1]!, match[2]!];
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  if (start >= end) {
    throw new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', {
      RangeRequested: header,
      ActualObjectSize: size,
    });
  }
  return { start, end };
}
