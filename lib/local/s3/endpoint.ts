import { AwsError, type SignedRequest, type WireResponse } from '../wire/endpoint.ts';
import { deleteObjects, getBucketVersioning, headBucket, putBucketVersioning } from './buckets.ts';
import { type Call, notImplemented } from './call.ts';
import { copyObject } from './copy.ts';
import { listObjectsV2, listObjectVersions } from './listing.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './multipart.ts';
import { listMultipartUploads, listParts } from './multipart-listing.ts';
import { deleteObject, putObject } from './objects.ts';
import { getObject } from './read.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tagging.ts';

/** The IAM actions that stand behind the operations below. */
export const ACTIONS = [
  'AbortMultipartUpload',
  'CreateBucket',
  'DeleteBucket',
  'DeleteObject',
  'DeleteObjectTagging',
  'DeleteObjectVersion',
  'DeleteObjectVersionTagging',
  'GetBucketVersioning',
  'GetObject',
  'GetObjectTagging',
  'GetObjectVersion',
  'GetObjectVersionTagging',
  'ListAllMyBuckets',
  'ListBucket',
  'ListBucketMultipartUploads',
  'ListBucketVersions',
  'ListMultipartUploadParts',
  'PutBucketVersioning',
  'PutObject',
  'PutObjectTagging',
  'PutObjectVersionTagging',
] as const;

interface Operation {
  readonly method: string;
  /** The query name, or header, that tells the operation from others of the same method. */
  readonly mark?: string;
  run(call: Call): WireResponse | Promise<WireResponse>;
}

const ofBucket: readonly Operation[] = [
  { method: 'HEAD', run: headBucket },
  { method: 'GET', mark: 'list-type', run: listObjectsV2 },
  { method: 'GET', mark: 'versions', run: listObjectVersions },
  { method: 'GET', mark: 'uploads', run: listMultipartUploads },
  { method: 'GET', mark: 'versioning', run: getBucketVersioning },
  { method: 'PUT', mark: 'versioning', run: putBucketVersioning },
  { method: 'POST', mark: 'delete', run: deleteObjects },
];

const ofObject: readonly Operation[] = [
  { method: 'GET', mark: 'uploadId', run: listParts },
  { method: 'GET', mark: 'tagging', run: getObjectTagging },
  { method: 'PUT', mark: 'tagging', run: putObjectTagging },
  { method: 'DELETE', mark: 'tagging', run: deleteObjectTagging },
  { method: 'GET', run: getObject },
  { method: 'HEAD', run: getObject },
  {
    method: 'PUT',
    mark: 'uploadId',
    run: (call) => (call.request.headers['x-amz-copy-source'] ? uploadPartCopy(call) : uploadPart(call)),
  },
  { method: 'PUT', run: (call) => (call.request.headers['x-amz-copy-source'] ? copyObject(call) : putObject(call)) },
  { method: 'POST', mark: 'uploads', run: createMultipartUpload },
  { method: 'POST', mark: 'uploadId', run: completeMultipartUpload },
  { method: 'DELETE', mark: 'uploadId', run: abortMultipartUpload },
  { method: 'DELETE', run: deleteObject },
];

/** Query names that make a request about something else than the bucket or object itself. */
const SUBRESOURCES = [
  ...[
    'accelerate',
    'acl',
    'analytics',
    'attributes',
    'cors',
    'delete',
    'encryption',
    'intelligent-tiering',
    'inventory',
  ],
  ...['legal-hold', 'lifecycle', 'location', 'logging', 'metrics', 'notification', 'object-lock', 'ownershipControls'],
  ...['policy', 'policyStatus', 'publicAccessBlock', 'replication', 'requestPayment', 'restore', 'retention', 'select'],
  ...['tagging', 'torrent', 'uploadId', 'uploads', 'versioning', 'versions', 'website'],
];

/** What a request may ask for besides, and would not get: refused, because half of it would be wrong without a word. */
const UNKNOWN_HEADERS =
  /^x-amz-(acl|grant-.+|(copy-source-)?server-side-encryption-.+|object-lock-.+|write-offset-bytes|website-redirect-location)$/;

function refuseHeaders({ headers }: SignedRequest): void {
  const asked = Object.keys(headers).find((name) => UNKNOWN_HEADERS.test(name));
  if (asked) throw notImplemented(`Header ${asked}`);
  const encryption = headers['x-amz-server-side-encryption'];
  if (encryption !== undefined && encryption !== 'AES256') throw notImplemented(`Encryption by ${encryption}`);
  const storage = headers['x-amz-storage-class'];
  if (storage !== undefined && storage !== 'STANDARD') throw notImplemented(`Storage class ${storage}`);
}

/** `/bucket/some/key` → `['bucket', 'some/key']`, decoded. */
export function splitPath({ path }: SignedRequest): [bucket: string, key: string] {
  const [, bucket = '', ...rest] = path.split('/');
  try {
    return [decodeURIComponent(bucket), decodeURIComponent(rest.join('/'))];
  } catch {
    throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
  }
}

/** Whether the request is about a part of the bucket's or object's configuration. */
export const hasSubresource = ({ query }: SignedRequest): boolean => SUBRESOURCES.some((name) => query.has(name));

/** Runs the operation that method, path and query name. */
export async function dispatch(call: Call): Promise<WireResponse> {
  const { request } = call;
  refuseHeaders(request);
  const found = (call.key === '' ? ofBucket : ofObject).find(
    ({ method, mark }) => method === request.method && (mark ? request.query.has(mark) : !hasSubresource(request)),
  );
  if (!found) throw notImplemented(`${request.method} with ${[...request.query.keys()].join(', ') || 'no query'}`);
  return found.run(call);
}
