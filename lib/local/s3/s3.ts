import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { type Authorize, AwsError, type Endpoint, type SignedRequest, type WireResponse } from '../wire/endpoint.ts';
import { Bucket } from './bucket.ts';
import { bucketArn, type Call, document, noSuchBucket, type ObjectCreated, objectArn } from './call.ts';
import { ACTIONS, dispatch, hasSubresource, splitPath } from './endpoint.ts';

export type { ObjectCreated } from './call.ts';

interface S3Options {
  /** One folder a bucket; what is there when it starts is served again. */
  readonly directory: string;
  readonly authorize: Authorize;
  readonly clock: Clock;
  /** Called after the object is visible and before its writer is answered. */
  readonly onObjectCreated?: (event: ObjectCreated) => void;
}

export interface S3 {
  readonly endpoint: Endpoint;
  /** Creates the bucket if it is not there; one that is there keeps what it holds. */
  createBucket(options: { readonly name: string; readonly versioned?: boolean }): void;
  /** Deletes the bucket with all that it holds. */
  deleteBucket(name: string): void;
  bucketNames(): readonly string[];
}

/** S3's canonical id of the account: clients show it and do nothing with it. */
const OWNER = { ID: '0'.repeat(64) };
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** S3 on loopback: objects are files below `directory`, streamed both ways. */
export function createS3({ directory, authorize, clock, onObjectCreated = () => {} }: S3Options): S3 {
  mkdirSync(directory, { recursive: true });
  const buckets = new Map(readdirSync(directory).map((name) => [name, new Bucket(join(directory, name), name)]));

  const find = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (!bucket) throw noSuchBucket(name);
    return bucket;
  };
  const createBucket: S3['createBucket'] = ({ name, versioned = false }) => {
    if (!BUCKET_NAME.test(name))
      throw new AwsError('InvalidBucketName', 400, `The specified bucket is not valid: ${name}`);
    const bucket = buckets.get(name) ?? new Bucket(join(directory, name), name);
    buckets.set(name, bucket);
    if (versioned && !bucket.versioned) bucket.keepVersions();
  };
  const deleteBucket = (name: string): void => {
    rmSync(find(name).directory, { recursive: true });
    buckets.delete(name);
  };

  /** Requests about the set of buckets, rather than about what is in one. */
  const handleBucket = (request: SignedRequest, name: string): WireResponse | undefined => {
    if (name === '') {
      authorize(request.principal, 's3:ListAllMyBuckets', '*');
      return document('ListAllMyBucketsResult', {
        Owner: OWNER,
        Buckets: {
          Bucket: [...buckets.values()]
            .sort((a, b) => (a.name < b.name ? -1 : 1))
            .map((bucket) => ({ Name: bucket.name, CreationDate: bucket.created.toISOString() })),
        },
      });
    }
    if (hasSubresource(request)) return undefined;
    if (request.method === 'PUT') {
      authorize(request.principal, 's3:CreateBucket', bucketArn(name));
      if (buckets.has(name))
        throw new AwsError(
          'BucketAlreadyOwnedByYou',
          409,
          'Your previous request to create the named bucket succeeded and you already own it.',
        );
      createBucket({ name });
      return { status: 200, headers: { location: `/${name}` } };
    }
    if (request.method === 'DELETE') {
      authorize(request.principal, 's3:DeleteBucket', bucketArn(name));
      if (!find(name).isEmpty())
        throw new AwsError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty', { BucketName: name });
      deleteBucket(name);
      return { status: 204 };
    }
    return undefined;
  };

  return {
    endpoint: {
      service: 's3',
      protocol: 's3',
      operations: ACTIONS,
      async handle(request) {
        const [name, key] = splitPath(request);
        const answer = key === '' ? handleBucket(request, name) : undefined;
        if (answer) return answer;
        const bucket = find(name);
        const call: Call = {
          bucket,
          key,
          request,
          clock,
          find,
          allow: (action, conditions = {}, arn = objectArn(name, key)) =>
            authorize(request.principal, `s3:${action}`, arn, {
              's3:authType': request.query.has('X-Amz-Signature') ? 'REST-QUERY-STRING' : 'REST-HEADER',
              's3:signatureversion': 'AWS4-HMAC-SHA256',
              // Loopback stands for TLS: see aws:SecureTransport.
              's3:TlsVersion': '1.3',
              ...conditions,
            }),
          created: onObjectCreated,
        };
        return dispatch(call);
      },
    },
    createBucket,
    deleteBucket,
    bucketNames: () => [...buckets.keys()].sort(),
  };
}
