import { createHash } from 'node:crypto';
import { linkSync } from 'node:fs';
import { AwsError, type WireResponse } from '../wire/endpoint.ts';
import { type Bucket, type ObjectVersion, segmentOf } from './bucket.ts';
import { type Call, document, noSuchKey, objectArn, precondition, preconditionFailed, versionHeader } from './call.ts';
import { algorithmNamed, checksumElement, startChecksum, typeOf } from './checksums.ts';
import { allowWrite, commit, encryptionHeaders, keptHeaders } from './objects.ts';
import { failedCondition, readConditions, readSegments } from './read.ts';
import { tagsOfHeader } from './tagging.ts';

interface CopySource {
  readonly bucket: Bucket;
  readonly version: ObjectVersion;
}

/** The bytes of the copy are the bytes of its source: a second name of the same files. */
export async function copyObject(call: Call): Promise<WireResponse> {
  const { bucket, key, request } = call;
  const { headers } = request;
  allowWrite(call, true);
  const source = copySource(call);
  const replaces = headers['x-amz-metadata-directive'] === 'REPLACE';
  if (source.bucket === bucket && source.version === bucket.current(key) && !changesAnything(request.headers)) {
    throw new AwsError(
      'InvalidRequest',
      400,
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const tags = headers['x-amz-tagging-directive'] === 'REPLACE' ? tagsOfHeader(request) : source.version.tags;
  const confirm = precondition(bucket, key, headers);
  const fingerprint = await fingerprintOfCopy(source, [headers['x-amz-checksum-algorithm']].flat()[0]);
  confirm();
  const version = commit(call, 'CopyObject', {
    size: source.version.size,
    ...fingerprint,
    segments: source.version.segments.map((segment) => {
      const file = bucket.newFile();
      linkSync(source.bucket.path(segment), file);
      return segmentOf(file, segment.size);
    }),
    headers: replaces ? keptHeaders(request) : source.version.headers,
    ...(tags && { tags }),
  });
  return document(
    'CopyObjectResult',
    {
      ETag: version.etag,
      LastModified: new Date(version.modified).toISOString(),
      ...checksumElement(version.checksum),
      ...(version.checksum && { ChecksumType: typeOf(version.checksum) }),
    },
    { ...versionHeader(version), ...sourceVersionHeader(source), ...encryptionHeaders(version) },
  );
}

const changesAnything = (headers: Call['request']['headers']): boolean =>
  headers['x-amz-metadata-directive'] === 'REPLACE' ||
  ['x-amz-storage-class', 'x-amz-server-side-encryption', 'x-amz-website-redirect-location'].some(
    (name) => headers[name] !== undefined,
  );

/**
 * A copy is an object in one piece, whatever its source was: where the source's ETag and checksum were made of parts, or
 * another algorithm is asked for, the bytes are read.
 */
async function fingerprintOfCopy(
  { bucket, version }: CopySource,
  asked: string | undefined,
): Promise<Pick<ObjectVersion, 'etag' | 'checksum'>> {
  const { etag, checksum, segments, size } = version;
  const algorithm = asked === undefined ? checksum?.algorithm : algorithmNamed(asked);
  if (!etag.includes('-') && algorithm === checksum?.algorithm) return { etag, ...(checksum && { checksum }) };
  const [md5, running] = [createHash('md5'), algorithm && startChecksum(algorithm)];
  for await (const piece of readSegments(bucket, segments, 0, size)) {
    md5.update(piece);
    running?.update(piece);
  }
  return {
    etag: `"${md5.digest('hex')}"`,
    ...(algorithm && running && { checksum: { algorithm, value: running.digest() } }),
  };
}

/** The object that `x-amz-copy-source` names, once the caller is known to be allowed to read it and its conditions hold. */
export function copySource(call: Call): CopySource {
  const { headers } = call.request;
  const [path = '', query] = String(headers['x-amz-copy-source']).replace(/^\//, '').split('?');
  const [name = '', ...segments] = decodeURIComponent(path).split('/');
  const key = segments.join('/');
  const bucket = call.find(name);
  const versionId = new URLSearchParams(query).get('versionId');
  call.allow(versionId ? 'GetObjectVersion' : 'GetObject', {}, objectArn(name, key));
  const version = versionId ? bucket.versions(key).find((each) => each.versionId === versionId) : bucket.current(key);
  if (version?.deleteMarker)
    throw new AwsError(
      'InvalidRequest',
      400,
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  if (!version) throw noSuchKey(key);
  const failed = failedCondition(version, readConditions(headers, 'x-amz-copy-source-'));
  if (failed) throw preconditionFailed(`x-amz-copy-source-${failed}`);
  return { bucket, version };
}

export const sourceVersionHeader = ({ version }: CopySource): Record<string, string> =>
  version.versionId === 'null' ? {} : { 'x-amz-copy-source-version-id': version.versionId };
