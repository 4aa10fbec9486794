import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clock.ts';
import { AwsError, type ConditionKeys, type SignedRequest, type WireResponse } from '../wire/endpoint.ts';
import { xml } from '../wire/xml.ts';
import type { Bucket, ObjectVersion } from './bucket.ts';

/** What EventBridge's "Object Created" event tells. */
export interface ObjectCreated {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  /** Without quotes, as in the event. */
  readonly etag: string;
  readonly versionId: string | undefined;
  readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';
}

/** One request to S3 about a bucket, and perhaps a key in it. */
export interface Call {
  readonly bucket: Bucket;
  /** Empty when the request is about the bucket. */
  readonly key: string;
  readonly request: SignedRequest;
  readonly clock: Clock;
  /** Another bucket of the account: the source of a copy. */
  find(bucket: string): Bucket;
  /** Throws AccessDenied unless the caller may do `s3:<action>` to this key (or to `arn`). */
  allow(action: string, conditions?: ConditionKeys, arn?: string): void;
  created(event: ObjectCreated): void;
}

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
export const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;

/**
 * What a policy may ask about a write. `s3:ObjectCreationOperation` is false for the steps of a multipart upload that
 * create no object: a policy that demands a condition header exempts them by it.
 */
export function writeConditions({ headers }: SignedRequest, createsObject: boolean): ConditionKeys {
  const header = (name: string) => [headers[name]].flat()[0];
  return {
    's3:if-none-match': header('if-none-match'),
    's3:if-match': header('if-match'),
    's3:ObjectCreationOperation': String(createsObject),
    's3:x-amz-server-side-encryption': header('x-amz-server-side-encryption'),
    's3:x-amz-server-side-encryption-aws-kms-key-id': header('x-amz-server-side-encryption-aws-kms-key-id'),
    's3:x-amz-acl': header('x-amz-acl'),
    's3:x-amz-storage-class': header('x-amz-storage-class'),
    's3:x-amz-copy-source': header('x-amz-copy-source'),
  };
}

/**
 * Checks `If-None-Match: *` and `If-Match` when a write arrives, and gives the check to repeat when its bytes are there.
 * Both times 412 says that the condition does not hold, so of several writers all but the first are told so, and 404 that
 * nothing is there to match. 409 (ConditionalRequestConflict) is for what was deleted or replaced meanwhile so that
 * the condition would hold, but for another object than the writer knew.
 */
export function precondition(bucket: Bucket, key: string, headers: IncomingHttpHeaders): () => void {
  const noneMatch = headers['if-none-match'];
  const match = headers['if-match'];
  if (noneMatch === undefined && match === undefined) return () => {};
  if (noneMatch !== undefined && (noneMatch !== '*' || match !== undefined)) {
    throw new AwsError('NotImplemented', 501, 'A conditional write takes If-None-Match: * or If-Match with an ETag.');
  }
  const check = () => {
    const current = bucket.current(key);
    if (noneMatch && current) throw preconditionFailed('If-None-Match');
    if (match && !current) throw noSuchKey(key);
    if (match && unquoted(match) !== unquoted(current?.etag ?? '')) throw preconditionFailed('If-Match');
    return current?.versionId;
  };
  const [before, deletions] = [check(), bucket.deletions(key)];
  return () => {
    if (check() === before && bucket.deletions(key) === deletions) return;
    const message = 'The conditional request cannot succeed due to a conflicting operation against this resource.';
    throw new AwsError('ConditionalRequestConflict', 409, message, {
      Condition: noneMatch ? 'If-None-Match' : 'If-Match',
      Key: key,
    });
  };
}

export const preconditionFailed = (condition: string) =>
  new AwsError('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });
export const noSuchKey = (key: string, headers?: Readonly<Record<string, string>>) =>
  new AwsError('NoSuchKey', 404, 'The specified key does not exist.', { Key: key }, headers);
export const noSuchBucket = (name: string) =>
  new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: name });
export const notImplemented = (what: string) => new AwsError('NotImplemented', 501, `${what} is not simulated.`);

export const unquoted = (etag: string): string => etag.replaceAll('"', '');

/** Only a bucket that keeps versions tells which one it is about. */
export const versionHeader = (version: Pick<ObjectVersion, 'versionId'>): Record<string, string> =>
  version.versionId === 'null' ? {} : { 'x-amz-version-id': version.versionId };

/** RFC 3986, as `encoding-type=url` wants keys: parentheses and their like too, a slash stays. */
export const urlEncode = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

export const document = (
  root: string,
  content: Readonly<Record<string, unknown>>,
  headers: Record<string, string> = {},
): WireResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml', ...headers },
  body: xml(root, content, 'http://s3.amazonaws.com/doc/2006-03-01/'),
});
