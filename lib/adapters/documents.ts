import { setTimeout } from 'node:timers/promises';
import {
  type _Object,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { z } from 'zod';
import { WorkflowError } from '../workflow/errors.ts';
import { parseJson } from './json.ts';
import { refused } from './refused.ts';

/** A document as it stands in a bucket, and the ETag that a compare-and-swap needs. */
interface Stored<T> {
  readonly value: T;
  readonly etag: string;
  /** The bytes as stored, for hashes. */
  readonly text: string;
}

/** JSON documents in one bucket. Nothing is ever overwritten by accident: every put carries its condition. */
export interface Documents {
  read<S extends z.ZodType>(key: string, schema: S): Promise<Stored<z.output<S>> | null>;
  text(key: string): Promise<string | null>;
  /** Writes a new document; false when the key exists already. */
  create(key: string, value: unknown): Promise<boolean>;
  /** Replaces exactly the version with this ETag; false when it is another by now. `null` means: must not exist. */
  swap(key: string, value: unknown, etag: string | null): Promise<string | false>;
  /** Writes text or JSON whatever stands there: for staging only, whose policy asks for no condition. */
  put(key: string, body: string, contentType: string): Promise<void>;
  keys(prefix: string): Promise<string[]>;
  /** Bytes of all objects under a prefix. */
  size(prefix: string): Promise<number>;
  remove(keys: readonly string[]): Promise<void>;
}

/** 50, 100, 150 and 200 ms apart: a write of a few kilobytes is over by then. */
const CONFLICTS = 5;

/** Files for people are shown as they are, whatever they are for. */
function contentTypeOf(key: string): string {
  if (key.endsWith('.html')) return 'text/html; charset=utf-8';
  return key.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8';
}

export function s3Documents(s3: S3Client, bucket: string): Documents {
  const get = async (key: string) => {
    try {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { text: (await object.Body?.transformToString()) ?? '', etag: object.ETag ?? '' };
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw refused(`read s3://${bucket}/${key}`, error);
    }
  };

  /**
   * 412: another was faster. 404 of a key: what was to be replaced is gone. 409: another is writing right now, and may
   * yet fail, so it decides nothing: it is tried again.
   */
  const conditional = async (key: string, body: string, contentType: string, condition: object) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const { ETag } = await s3.send(
          new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType, ...condition }),
        );
        return ETag ?? '';
      } catch (error) {
        const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
        if (status === 412 || (error instanceof S3ServiceException && error.name === 'NoSuchKey')) return false;
        if (status !== 409 || attempt === CONFLICTS) throw refused(`write s3://${bucket}/${key}`, error);
        await setTimeout(50 * attempt);
      }
    }
  };

  const list = async (prefix: string): Promise<_Object[]> => {
    const found: _Object[] = [];
    let token: string | undefined;
    do {
      try {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
        );
        found.push(...(page.Contents ?? []));
        token = page.NextContinuationToken;
      } catch (error) {
        throw refused(`list s3://${bucket}/${prefix}`, error);
      }
    } while (token);
    return found;
  };

  return {
    text: async (key) => (await get(key))?.text ?? null,
    async read(key, schema) {
      const object = await get(key);
      if (!object) return null;
      const result = schema.safeParse(parseJson(object.text));
      if (!result.success) {
        throw new WorkflowError(
          'ServiceUnavailable',
          `s3://${bucket}/${key} is not the document that it should be: ${result.error.message}`,
        );
      }
      return { value: result.data, ...object };
    },
    async create(key, value) {
      const body = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
      return (await conditional(key, body, contentTypeOf(key), { IfNoneMatch: '*' })) !== false;
    },
    swap: (key, value, etag) =>
      conditional(
        key,
        JSON.stringify(value, null, 2),
        'application/json',
        etag === null ? { IfNoneMatch: '*' } : { IfMatch: etag },
      ),
    async put(key, body, contentType) {
      try {
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
      } catch (error) {
        throw refused(`write s3://${bucket}/${key}`, error);
      }
    },
    keys: async (prefix) => (await list(prefix)).flatMap(({ Key }) => (Key ? [Key] : [])),
    size: async (prefix) => (await list(prefix)).reduce((sum, { Size }) => sum + (Size ?? 0), 0),
    async remove(keys) {
      // 1,000 keys is the most that one DeleteObjects takes.
      for (let from = 0; from < keys.length; from += 1000) {
        const Objects = keys.slice(from, from + 1000).map((Key) => ({ Key }));
        try {
          const { Errors } = await s3.send(
            new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
          );
          if (Errors?.[0]) throw new Error(`${Errors[0].Key}: ${Errors[0].Code} ${Errors[0].Message}`);
        } catch (error) {
          throw refused(`delete objects of s3://${bucket}`, error);
        }
      }
    },
  };
}
