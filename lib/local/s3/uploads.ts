import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../wire/endpoint.ts';
import type { Bucket } from './bucket.ts';
import type { Algorithm, Checksum, ChecksumType } from './checksums.ts';

export interface Upload {
  readonly uploadId: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly initiated: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Where one was asked for when it was started. */
  readonly checksum?: { readonly algorithm: Algorithm; readonly type: ChecksumType };
  readonly tags?: Readonly<Record<string, string>>;
}

export interface Part {
  readonly number: number;
  /** In the upload's folder. */
  readonly file: string;
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  readonly checksum?: Checksum;
  readonly modified: number;
}

/** Multipart uploads under way: a folder each, with `upload.json` and, for each part, its bytes and `<number>.json`. */
export class Uploads {
  readonly #directory: string;

  constructor(bucket: Bucket) {
    this.#directory = join(bucket.directory, 'uploads');
  }

  start(upload: Omit<Upload, 'uploadId'>): Upload {
    const started = { ...upload, uploadId: randomUUID() };
    mkdirSync(join(this.#directory, started.uploadId));
    this.#write(started.uploadId, 'upload.json', started);
    return started;
  }

  /** Throws NoSuchUpload when it is finished, aborted or another key's. */
  get(uploadId: string, key: string): Upload {
    const file = join(this.#directory, uploadId, 'upload.json');
    // The id becomes a path: nothing but an id may.
    const upload =
      /^[0-9a-f-]{36}$/.test(uploadId) && existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as Upload)
        : undefined;
    if (upload?.key !== key) {
      const message =
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
      throw new AwsError('NoSuchUpload', 404, message, { UploadId: uploadId });
    }
    return upload;
  }

  all(): readonly Upload[] {
    return readdirSync(this.#directory)
      .map((id) => join(this.#directory, id, 'upload.json'))
      .filter((file) => existsSync(file))
      .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Upload);
  }

  newFile(uploadId: string): string {
    return join(this.#directory, uploadId, `part-${randomUUID()}`);
  }

  path(uploadId: string, part: Part): string {
    return join(this.#directory, uploadId, part.file);
  }

  /** Keeps a part that arrived; the one that had its number before is forgotten. */
  keep(uploadId: string, part: Part): void {
    const file = join(this.#directory, uploadId, `${part.number}.json`);
    const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Part) : undefined;
    this.#write(uploadId, `${part.number}.json`, part);
    if (before) rmSync(this.path(uploadId, before), { force: true });
  }

  /** By number, in its order. */
  parts(uploadId: string): ReadonlyMap<number, Part> {
    const folder = join(this.#directory, uploadId);
    const parts = readdirSync(folder)
      .filter((name) => /^\d+\.json$/.test(name))
      .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Part);
    return new Map(parts.sort((a, b) => a.number - b.number).map((part) => [part.number, part]));
  }

  end(uploadId: string): void {
    rmSync(join(this.#directory, uploadId), { recursive: true, force: true });
  }

  #write(uploadId: string, name: string, content: object): void {
    const file = join(this.#directory, uploadId, name);
    writeFileSync(`${file}.next`, JSON.stringify(content));
    renameSync(`${file}.next`, file);
  }
}
