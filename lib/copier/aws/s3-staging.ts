import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { WorkflowError } from '../../workflow/errors.ts';
import type { Staging } from '../ports.ts';

/**
 * A body up to this is one PutObject; a larger one is sent in parts of it, one at a time. A worker holds a part twice
 * (collected, and joined to be sent): with two workers 16 MiB parts cost 40 MB more than these.
 */
const UPLOAD_PART_BYTES = 8 << 20;

/** Staging in a bucket. What S3 refuses, after the SDK's own tries, is ServiceUnavailable. */
export class S3Staging implements Staging {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(s3: S3Client, bucket: string, prefix: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  address(key: string): string {
    return `${this.#prefix}/${key}`;
  }

  async put(key: string, body: Buffer | AsyncIterable<Buffer>): Promise<void> {
    if (Buffer.isBuffer(body)) {
      await this.#call('write', key, () => this.#s3.send(new PutObjectCommand({ ...this.#at(key), Body: body })));
      return;
    }
    // A failure of the body itself is not S3's, and keeps its name.
    let failure: { error: unknown } | undefined;
    async function* watched(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      try {
        yield* chunks;
      } catch (error) {
        failure = { error };
        throw error;
      }
    }
    const upload = new Upload({
      client: this.#s3,
      params: { ...this.#at(key), Body: Readable.from(watched(body), { objectMode: false }) },
      partSize: UPLOAD_PART_BYTES,
      queueSize: 1,
    });
    await this.#call('write', key, () => upload.done()).catch((error) => {
      throw failure ? failure.error : error;
    });
  }

  async create(key: string, body: Buffer): Promise<boolean> {
    return await this.#call('create', key, async () => {
      try {
        await this.#s3.send(new PutObjectCommand({ ...this.#at(key), Body: body, IfNoneMatch: '*' }));
        return true;
      } catch (error) {
        if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 412) throw error;
        // The reply to our own first try may have been lost.
        return (await this.get(key))?.equals(body) ?? false;
      }
    });
  }

  async get(key: string): Promise<Buffer | undefined> {
    const body = await this.#body(key);
    return body && (await this.#call('read', key, async () => Buffer.from(await body.transformToByteArray())));
  }

  async open(key: string): Promise<AsyncIterable<Buffer> | undefined> {
    const body = await this.#body(key);
    if (!(body instanceof Readable)) return undefined;
    const unavailable = (error: unknown) => this.#unavailable('read', key, error);
    return (async function* chunks() {
      try {
        yield* body as AsyncIterable<Buffer>;
      } catch (error) {
        throw unavailable(error);
      }
    })();
  }

  async list(prefix: string): Promise<string[]> {
    return await this.#call('list', prefix, async () => {
      const keys: string[] = [];
      for (let next: string | undefined, first = true; first || next; first = false) {
        const page = await this.#s3.send(
          new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: this.address(prefix), ContinuationToken: next }),
        );
        keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key?.slice(this.#prefix.length + 1) ?? []));
        next = page.NextContinuationToken;
      }
      return keys.sort();
    });
  }

  #at(key: string) {
    return { Bucket: this.#bucket, Key: this.address(key) };
  }

  async #body(key: string) {
    return await this.#call('read', key, async () => {
      try {
        return (await this.#s3.send(new GetObjectCommand(this.#at(key)))).Body;
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  async #call<T>(verb: string, key: string, job: () => Promise<T>): Promise<T> {
    try {
      return await job();
    } catch (error) {
      throw error instanceof WorkflowError ? error : this.#unavailable(verb, key, error);
    }
  }

  #unavailable(verb: string, key: string, error: unknown): WorkflowError {
    const { name, message } = error as Error;
    return new WorkflowError(
      'ServiceUnavailable',
      `Could not ${verb} s3://${this.#bucket}/${this.address(key)}: ${name}: ${message}. Check the task role and the bucket's policy.`,
      { cause: error },
    );
  }
}
