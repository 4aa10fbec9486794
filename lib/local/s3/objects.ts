import { rmSync } from 'node:fs';
import { AwsError, type SignedRequest, type WireResponse } from '../wire/endpoint.ts';
import { type Bucket, type ObjectVersion, segmentOf } from './bucket.ts';
import {
  type Call,
  type ObjectCreated,
  objectArn,
  precondition,
  unquoted,
  versionHeader,
  writeConditions,
} from './call.ts';
import { checksumHeaders } from './checksums.ts';
import { receive } from './receive.ts';
import { tagsOfHeader } from './tagging.ts';

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
/** Bytes of UTF-8. */
const LONGEST_KEY = 1024;

export async function putObject(call: Call): Promise<WireResponse> {
  const { bucket, key, request } = call;
  allowWrite(call, true);
  const tags = tagsOfHeader(request);
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
    ...(tags && { tags }),
  });
  return { status: 200, headers: writtenHeaders(version) };
}

/** Lets only those write to the key who may, and only where the key, and tags that come with it, can be. */
export function allowWrite(call: Call, createsObject: boolean): void {
  call.allow('PutObject', writeConditions(call.request, createsObject));
  if (call.request.headers['x-amz-tagging']) call.allow('PutObjectTagging');
  const size = Buffer.byteLength(call.key);
  if (size > LONGEST_KEY)
    throw new AwsError('KeyTooLongError', 400, 'Your key is too long', { Size: size, MaxSizeAllowed: LONGEST_KEY });
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

const writtenHeaders = (version: ObjectVersion): Record<string, string> => ({
  etag: version.etag,
  ...versionHeader(version),
  ...checksumHeaders(version.checksum),
  ...encryptionHeaders(version),
});

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

export const encryptionHeaders = ({ headers }: ObjectVersion): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption')));
