import { AwsError, type WireResponse } from '../wire/endpoint.ts';
import { compareKeys } from './bucket.ts';
import { bucketArn, type Call, document, notImplemented, urlEncode } from './call.ts';
import { checksumElement } from './checksums.ts';
import { uploadIdOf } from './multipart.ts';
import { Uploads } from './uploads.ts';

/** A page has at most 1000 entries, whatever is asked for. */
const LONGEST_PAGE = 1000;

export function listParts(call: Call): WireResponse {
  call.allow('ListMultipartUploadParts');
  const uploads = new Uploads(call.bucket);
  const { uploadId, key, checksum } = uploads.get(uploadIdOf(call), call.key);
  const after = wholeNumber(call, 'part-number-marker', 0);
  const max = Math.min(wholeNumber(call, 'max-parts', LONGEST_PAGE), LONGEST_PAGE);
  const left = [...uploads.parts(uploadId).values()].filter(({ number }) => number > after);
  const page = left.slice(0, max);
  return document('ListPartsResult', {
    Bucket: call.bucket.name,
    Key: key,
    UploadId: uploadId,
    PartNumberMarker: after,
    MaxParts: max,
    IsTruncated: left.length > max,
    ...(left.length > max && { NextPartNumberMarker: page.at(-1)?.number }),
    ...(checksum && { ChecksumAlgorithm: checksum.algorithm.toUpperCase(), ChecksumType: checksum.type }),
    StorageClass: 'STANDARD',
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.modified).toISOString(),
      ETag: `"${part.md5}"`,
      Size: part.size,
      ...checksumElement(part.checksum),
    })),
  });
}

/** By key, and those of one key by the time they were started, as S3 lists them. */
export function listMultipartUploads(call: Call): WireResponse {
  const { bucket, request } = call;
  const { query } = request;
  call.allow('ListBucketMultipartUploads', {}, bucketArn(bucket.name));
  if (query.get('delimiter')) throw notImplemented('A delimiter in ListMultipartUploads');
  const prefix = query.get('prefix') ?? '';
  const max = Math.min(wholeNumber(call, 'max-uploads', LONGEST_PAGE), LONGEST_PAGE);
  const [keyMarker, uploadMarker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''];
  const all = new Uploads(bucket)
    .all()
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => compareKeys(a.key, b.key) || a.initiated - b.initiated || compareKeys(a.uploadId, b.uploadId));
  // Without an upload's id the marker stands behind all uploads of its key.
  const marked = all.findIndex(({ key, uploadId }) => key === keyMarker && uploadId === uploadMarker);
  const left = marked >= 0 ? all.slice(marked + 1) : all.filter(({ key }) => compareKeys(key, keyMarker) > 0);
  const page = left.slice(0, max);
  const last = left.length > max ? page.at(-1) : undefined;
  const write = query.get('encoding-type') === 'url' ? urlEncode : (text: string) => text;
  return document('ListMultipartUploadsResult', {
    Bucket: bucket.name,
    Prefix: write(prefix),
    KeyMarker: write(keyMarker),
    UploadIdMarker: uploadMarker,
    ...(query.get('encoding-type') && { EncodingType: 'url' }),
    MaxUploads: max,
    IsTruncated: last !== undefined,
    ...(last && { NextKeyMarker: write(last.key), NextUploadIdMarker: last.uploadId }),
    Upload: page.map(({ key, uploadId, initiated, checksum }) => ({
      Key: write(key),
      UploadId: uploadId,
      Initiated: new Date(initiated).toISOString(),
      StorageClass: 'STANDARD',
      ...(checksum && { ChecksumAlgorithm: checksum.algorithm.toUpperCase(), ChecksumType: checksum.type }),
    })),
  });
}

function wholeNumber({ request }: Call, name: string, otherwise: number): number {
  const value = Number(request.query.get(name) ?? otherwise);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new AwsError('InvalidArgument', 400, `${name} must be a whole number, not below 0`);
}
