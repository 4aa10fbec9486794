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
import type { Staging, Surroundings } from '../ports.ts';
import { type Incident, logSurvived, survived } from './survived.ts';

/**
 * A body up to this is one PutObject; a larger one is sent in parts of it, one at a time. A worker holds a part twice
 * (collected, and joined to be sent), so it is the least that S3 takes: with parts of 8 MiB here, and of 4 MiB between
 * PostgreSQL and zstd, the dump of incompressible rows peaked at 204 and 215 MB instead of twice 173.
 */
const UPLOAD_PART_BYTES = 5 << 20;

/**
 * How long one call is tried. Nine waits, each at random up to 50 ms · 2ⁿ: 25 s in all at most, 13 s on average; after
 * throttling up to 1 s · 2ⁿ and at most 20 s: 1 + 2 + 4 + 8 + 16 + 4 · 20 = 111 s at most, 55 s on average. A chunk is
 * then tried again as a whole (`steady-session.ts`).
 */
export const patience = { retryMode: 'standard', maxAttempts: 10 } as const;

/**
 * The SDK's tries end where a body begins to arrive, and where two writers of one key meet: those are ours.
 * 1 s · 2ⁿ, 5 tries = 15 s of waiting.
 */
const TRIES = 5;

/**
 * Staging in a bucket. What S3 refuses, after the SDK's own tries, is ServiceUnavailable. A call that another try has
 * cured is logged as `survived`.
 */
export class S3Staging implements Staging {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #around: Omit<Surroundings, 'staging' | 'incidents'>;

  constructor(s3: S3Client, bucket: string, prefix: string, around: Omit<Surroundings, 'staging' | 'incidents'>) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#around = around;
    logSurvived(s3, around.log);
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
      for (let tries = 1; ; tries++) {
        try {
          await this.#s3.send(new PutObjectCommand({ ...this.#at(key), Body: body, IfNoneMatch: '*' }));
          return true;
        } catch (error) {
          const status = error instanceof S3ServiceException && error.$metadata.httpStatusCode;
          if (status === 412) return await this.#isOurs(key, body, error as S3ServiceException);
          // Another is writing right now, and may yet fail: it decides nothing.
          if (status !== 409 || tries === TRIES) throw error;
          await this.#wait(tries);
        }
      }
    });
  }

  async get(key: string): Promise<Buffer | undefined> {
    return await this.#call('read', key, async () => {
      for (let tries = 1, reason = ''; ; tries++) {
        const body = await this.#body(key);
        if (!body) return undefined;
        try {
          const bytes = Buffer.from(await body.transformToByteArray());
          if (tries > 1) this.#survived('S3 body cut', key, 'GetObject', tries, reason);
          return bytes;
        } catch (error) {
          if (tries === TRIES) throw error;
          reason = `${(error as Error).name}: ${(error as Error).message}`;
          await this.#wait(tries);
        }
      }
    });
  }

  /** A body that breaks off while it arrives is ServiceUnavailable too: whoever reads it begins again. */
  async open(key: string): Promise<AsyncIterable<Buffer> | undefined> {
    const body = await this.#body(key);
    if (!(body instanceof Readable)) return undefined;
    // It may break off before anybody reads it. Whoever does is told then; without a listener the process would end.
    body.on('error', () => {});
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

  /** After a refused creation: the object may be the one of our own try, whose reply was lost. */
  async #isOurs(key: string, body: Buffer, { $metadata, name }: S3ServiceException): Promise<boolean> {
    const ours = (await this.get(key))?.equals(body) ?? false;
    if (ours) this.#survived('S3 reply lost', key, 'PutObject', $metadata.attempts ?? 1, `${name} on our own object`);
    return ours;
  }

  #survived(incident: Incident, key: string, call: string, tries: number, reason: string): void {
    survived(this.#around.log, { incident, object: this.address(key), call, tries, reason });
  }

  async #wait(tries: number): Promise<void> {
    await this.#around.clock.sleep(1000 * 2 ** (tries - 1), this.#around.signal);
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
