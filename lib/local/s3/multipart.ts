import { createHash } from 'node:crypto';
import { createWriteStream, linkSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AwsError, type WireResponse } from '../wire/endpoint.ts';
import { parseXml } from '../wire/xml.ts';
import { type ObjectVersion, segmentOf } from './bucket.ts';
import { type Call, document, precondition, unquoted, versionHeader } from './call.ts';
import {
  algorithmNamed,
  checksumElement,
  checksumHeaders,
  checksumOfParts,
  checksumType,
  typeOf,
} from './checksums.ts';
import { copySource, sourceVersionHeader } from './copy.ts';
import { allowWrite, commit, keptHeaders } from './objects.ts';
import { readRange, readSegments } from './read.ts';
import { badDigest, receive } from './receive.ts';
import { tagsOfHeader } from './tagging.ts';
import { type Part, type Upload, Uploads } from './uploads.ts';

/** Every part but the last has at least 5 MiB. */
const SMALLEST_PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;

export function createMultipartUpload(call: Call): WireResponse {
  const { bucket, key, request } = call;
  allowWrite(call, false);
  const [asked, type] = [request.headers['x-amz-checksum-algorithm'], request.headers['x-amz-checksum-type']];
  const algorithm = asked === undefined ? undefined : algorithmNamed(String(asked));
  const checksum = algorithm && { algorithm, type: checksumType(algorithm, [type].flat()[0]) };
  const tags = tagsOfHeader(request);
  const upload = new Uploads(bucket).start({
    key,
    initiated: call.clock.now(),
    headers: keptHeaders(request),
    ...(checksum && { checksum }),
    ...(tags && { tags }),
  });
  return document(
    'InitiateMultipartUploadResult',
    { Bucket: bucket.name, Key: key, UploadId: upload.uploadId },
    checksum && {
      'x-amz-checksum-algorithm': checksum.algorithm.toUpperCase(),
      'x-amz-checksum-type': checksum.type,
    },
  );
}

export async function uploadPart(call: Call): Promise<WireResponse> {
  const { uploads, uploadId, number } = partOf(call);
  const received = await receive(call.request, uploads.newFile(uploadId));
  keepPart(call, uploads, uploadId, {
    number,
    file: basename(received.file),
    size: received.size,
    md5: received.md5,
    modified: call.clock.now(),
    ...(received.checksum && { checksum: received.checksum }),
  });
  return { status: 200, headers: { etag: `"${received.md5}"`, ...checksumHeaders(received.checksum) } };
}

export async function uploadPartCopy(call: Call): Promise<WireResponse> {
  const { uploads, uploadId, number } = partOf(call);
  const source = copySource(call);
  const { bucket, version } = source;
  const range = readRange(call.request.headers['x-amz-copy-source-range'] as string | undefined, version.size);
  const { start, end } = range ?? { start: 0, end: version.size };
  const file = uploads.newFile(uploadId);
  const hash = createHash('md5');
  await pipeline(
    readSegments(bucket, version.segments, start, end),
    async function* (pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    },
    createWriteStream(file),
  );
  const [md5, modified] = [hash.digest('hex'), call.clock.now()];
  keepPart(call, uploads, uploadId, { number, file: basename(file), size: end - start, md5, modified });
  return document(
    'CopyPartResult',
    { ETag: `"${md5}"`, LastModified: new Date(modified).toISOString() },
    sourceVersionHeader(source),
  );
}

export async function completeMultipartUpload(call: Call): Promise<WireResponse> {
  const { bucket, key, request } = call;
  allowWrite(call, true);
  const uploadId = uploadIdOf(call);
  const answer = (version: ObjectVersion) =>
    document(
      'CompleteMultipartUploadResult',
      {
        Location: `/${bucket.name}/${key}`,
        Bucket: bucket.name,
        Key: key,
        ETag: version.etag,
        ...checksumElement(version.checksum),
        ...(version.checksum && { ChecksumType: typeOf(version.checksum) }),
      },
      versionHeader(version),
    );
  // A completion whose answer was lost is asked for again: the object it made is the answer.
  const done = bucket.current(key);
  if (done?.uploadId === uploadId) return answer(done);

  const uploads = new Uploads(bucket);
  uploads.get(uploadId, key);
  const confirm = precondition(bucket, key, request.headers);
  const body = parseXml((await request.body()).toString('utf8'), ['Part']) as {
    CompleteMultipartUpload?: { Part?: NamedPart[] };
  };
  const upload = uploads.get(uploadId, key);
  const parts = namedParts(body.CompleteMultipartUpload?.Part ?? [], uploads.parts(uploadId));
  const checksum = checksumOfParts(parts, upload.checksum?.type ?? 'COMPOSITE');
  const expected = checksum && request.headers[`x-amz-checksum-${checksum.algorithm}`];
  if (expected !== undefined && expected !== checksum?.value) throw badDigest('checksum');
  confirm();
  const version = commit(call, 'CompleteMultipartUpload', {
    ...assemble(call, uploads, upload, parts),
    ...(checksum && { checksum }),
  });
  uploads.end(uploadId);
  return answer(version);
}

export function abortMultipartUpload(call: Call): WireResponse {
  call.allow('AbortMultipartUpload');
  const uploads = new Uploads(call.bucket);
  uploads.end(uploads.get(uploadIdOf(call), call.key).uploadId);
  return { status: 204 };
}

interface NamedPart {
  readonly PartNumber?: string;
  readonly ETag?: string;
  readonly [checksum: `Checksum${string}`]: string | undefined;
}

/** The parts that the client wants, each as it was uploaded, in ascending order. */
function namedParts(named: readonly NamedPart[], uploaded: ReadonlyMap<number, Part>): readonly Part[] {
  if (named.length === 0) throw new AwsError('MalformedXML', 400, 'You must specify at least one part');
  const numbers = named.map(({ PartNumber }) => Number(PartNumber));
  if (numbers.some((number, index) => index > 0 && number <= numbers[index - 1]!)) {
    throw new AwsError(
      'InvalidPartOrder',
      400,
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  return named.map((each, index) => {
    const part = uploaded.get(Number(each.PartNumber));
    const checksum = part?.checksum && each[`Checksum${part.checksum.algorithm.toUpperCase()}`];
    if (!part || unquoted(each.ETag ?? '') !== part.md5 || (checksum && checksum !== part.checksum?.value)) {
      const message =
        'One or more of the specified parts could not be found. The part may not have been uploaded, or its entity tag may not match.';
      throw new AwsError('InvalidPart', 400, message, { PartNumber: each.PartNumber });
    }
    if (index < named.length - 1 && part.size < SMALLEST_PART) {
      throw new AwsError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
        PartNumber: part.number,
      });
    }
    return part;
  });
}

/** The object is its parts, in place: no byte is copied. */
function assemble(
  { bucket }: Call,
  uploads: Uploads,
  upload: Upload,
  parts: readonly Part[],
): Omit<ObjectVersion, 'versionId' | 'modified'> {
  const hash = createHash('md5');
  const segments = parts.map((part) => {
    hash.update(Buffer.from(part.md5, 'hex'));
    const file = bucket.newFile();
    // Linked, not moved: whoever is killed before the object is in the index finds the upload whole.
    linkSync(uploads.path(upload.uploadId, part), file);
    return segmentOf(file, part.size);
  });
  return {
    size: parts.reduce((sum, part) => sum + part.size, 0),
    etag: `"${hash.digest('hex')}-${parts.length}"`,
    segments,
    headers: upload.headers,
    uploadId: upload.uploadId,
    ...(upload.tags && { tags: upload.tags }),
  };
}

export const uploadIdOf = ({ request }: Call): string => request.query.get('uploadId') ?? '';

function partOf(call: Call): { uploads: Uploads; uploadId: string; number: number } {
  allowWrite(call, false);
  const number = Number(call.request.query.get('partNumber'));
  if (!(Number.isInteger(number) && number >= 1 && number <= MOST_PARTS)) {
    throw new AwsError('InvalidArgument', 400, `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`);
  }
  const uploads = new Uploads(call.bucket);
  return { uploads, uploadId: uploads.get(uploadIdOf(call), call.key).uploadId, number };
}

/** Keeps the part, unless its upload ended while the part was on its way. */
function keepPart(call: Call, uploads: Uploads, uploadId: string, part: Part): void {
  try {
    uploads.get(uploadId, call.key);
  } catch (error) {
    rmSync(uploads.path(uploadId, part), { force: true });
    throw error;
  }
  uploads.keep(uploadId, part);
}
