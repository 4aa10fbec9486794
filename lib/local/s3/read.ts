import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { AwsError, type WireResponse } from '../wire/endpoint.ts';
import type { Bucket, ObjectVersion, Segment } from './bucket.ts';
import { bucketArn, type Call, noSuchKey, preconditionFailed, unquoted, versionHeader } from './call.ts';
import { checksumHeaders } from './checksums.ts';

/** Disk reads of a download: large enough to be few, small enough to be many downloads. */
const READ_SIZE = 256 * 1024;

/** A part of an object: its bytes from `start` up to, but without, `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** GET and HEAD. */
export function getObject(call: Call): WireResponse {
  const { request, bucket } = call;
  const version = readable(call, 'GetObject');
  const { headers, query } = request;
  const common = {
    etag: version.etag,
    'last-modified': new Date(version.modified).toUTCString(),
    ...versionHeader(version),
  };
  if (isUnchanged(version, headers)) return { status: 304, headers: common };
  const part = readPart(query.get('partNumber'), headers.range, version);
  const range = part ?? readRange(headers.range, version.size);
  const { start, end } = range ?? { start: 0, end: version.size };
  const overrides = [...query]
    .filter(([name]) => name.startsWith('response-'))
    .map(([name, value]) => [name.slice('response-'.length), value]);
  const wantsChecksum = !range && String(headers['x-amz-checksum-mode']).toUpperCase() === 'ENABLED';
  const tagCount = Object.keys(version.tags ?? {}).length;
  return {
    status: range ? 206 : 200,
    headers: {
      'content-type': 'binary/octet-stream',
      ...common,
      ...version.headers,
      'accept-ranges': 'bytes',
      'content-length': String(end - start),
      ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${version.size}` } : {}),
      ...(part && version.uploadId ? { 'x-amz-mp-parts-count': String(version.segments.length) } : {}),
      ...(tagCount > 0 ? { 'x-amz-tagging-count': String(tagCount) } : {}),
      ...(wantsChecksum ? checksumHeaders(version.checksum) : {}),
      ...Object.fromEntries(overrides),
    },
    ...(request.method === 'HEAD'
      ? {}
      : { body: Readable.from(readSegments(bucket, version.segments, start, end), { objectMode: false }) }),
  };
}

/** Conditions of a read, or of a copy's source where `prefix` is `x-amz-copy-source-`. An ETag decides before a date. */
interface ReadConditions {
  readonly match: string | undefined;
  readonly noneMatch: string | undefined;
  readonly modifiedSince: string | undefined;
  readonly unmodifiedSince: string | undefined;
}

export function readConditions(headers: Call['request']['headers'], prefix = ''): ReadConditions {
  const header = (name: string) => [headers[prefix + name]].flat()[0];
  return {
    match: header('if-match'),
    noneMatch: header('if-none-match'),
    modifiedSince: header('if-modified-since'),
    unmodifiedSince: header('if-unmodified-since'),
  };
}

/** Which condition does not hold: of the first kind (412), or of the second (304 for a read, 412 for a copy). */
export function failedCondition(
  { etag, modified }: ObjectVersion,
  { match, noneMatch, modifiedSince, unmodifiedSince }: ReadConditions,
): 'If-Match' | 'If-Unmodified-Since' | 'If-None-Match' | 'If-Modified-Since' | undefined {
  const matches = (list: string) =>
    list.split(',').some((each) => each.trim() === '*' || unquoted(each.trim()) === unquoted(etag));
  // An HTTP date has whole seconds.
  const second = Math.floor(modified / 1000) * 1000;
  if (match !== undefined) {
    if (!matches(match)) return 'If-Match';
  } else if (second > Date.parse(unmodifiedSince ?? '')) return 'If-Unmodified-Since';
  if (noneMatch !== undefined) return matches(noneMatch) ? 'If-None-Match' : undefined;
  return second <= Date.parse(modifiedSince ?? '') ? 'If-Modified-Since' : undefined;
}

function isUnchanged(version: ObjectVersion, headers: Call['request']['headers']): boolean {
  const failed = failedCondition(version, readConditions(headers));
  if (failed === 'If-Match' || failed === 'If-Unmodified-Since') throw preconditionFailed(failed);
  return failed !== undefined;
}

/** The version that a request is about, once its caller is known to be allowed to do that with it. */
export function readable(call: Call, action: `${'Get' | 'Put' | 'Delete'}Object${'' | 'Tagging'}`): ObjectVersion {
  const { bucket, key, request } = call;
  const versionId = request.query.get('versionId');
  call.allow(versionId ? action.replace('Object', 'ObjectVersion') : action, {
    's3:VersionId': versionId ?? undefined,
  });
  const version = versionId ? bucket.versions(key).find((each) => each.versionId === versionId) : bucket.latest(key);
  if (version && !version.deleteMarker) return version;
  const marker: Record<string, string> = version ? { 'x-amz-delete-marker': 'true', ...versionHeader(version) } : {};
  if (version && versionId) {
    const headers = { ...marker, allow: 'DELETE', 'last-modified': new Date(version.modified).toUTCString() };
    throw new AwsError(
      'MethodNotAllowed',
      405,
      'The specified method is not allowed against this resource.',
      {},
      headers,
    );
  }
  // Whether a key exists is told only to those who may list the bucket: others get 403.
  call.allow('ListBucket', {}, bucketArn(bucket.name));
  if (versionId)
    throw new AwsError('NoSuchVersion', 404, 'The specified version does not exist.', {
      Key: key,
      VersionId: versionId,
    });
  throw noSuchKey(key, marker);
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

/** One part of a multipart object, as it was uploaded; any other object is its own and only part. */
function readPart(number: string | null, range: string | undefined, version: ObjectVersion): Span | undefined {
  if (number === null) return undefined;
  if (range !== undefined)
    throw new AwsError('InvalidRequest', 400, 'Cannot specify both Range header and partNumber query parameter');
  const parts = version.uploadId ? version.segments : [{ size: version.size }];
  const index = Number(number) - 1;
  const part = parts[index];
  if (!part) throw new AwsError('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable');
  const start = parts.slice(0, index).reduce((sum, { size }) => sum + size, 0);
  return part.size > 0 ? { start, end: start + part.size } : undefined;
}

/** `bytes=0-9`, `bytes=5-`, `bytes=-3`; undefined when there is none that S3 would heed. */
export function readRange(header: string | undefined, size: number): Span | undefined {
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
