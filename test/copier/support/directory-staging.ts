import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Staging } from '../../../lib/copier/ports.ts';

/** Staging in a folder, and what a test does to it behind the copier's back. */
export class DirectoryStaging implements Staging {
  readonly folder = mkdtempSync(join(tmpdir(), 'passage-staging-'));

  path(key: string): string {
    return join(this.folder, key);
  }

  async put(key: string, body: Buffer | AsyncIterable<Buffer>): Promise<void> {
    const unfinished = `${this.path(key)}.${Math.random()}.part`;
    mkdirSync(dirname(unfinished), { recursive: true });
    try {
      if (Buffer.isBuffer(body)) writeFileSync(unfinished, body);
      else await pipeline(body, createWriteStream(unfinished));
      renameSync(unfinished, this.path(key));
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  }

  async create(key: string, body: Buffer): Promise<boolean> {
    if (await this.get(key)) return false;
    await this.put(key, body);
    return true;
  }

  async get(key: string): Promise<Buffer | undefined> {
    try {
      return readFileSync(this.path(key));
    } catch {
      return undefined;
    }
  }

  async open(key: string): Promise<AsyncIterable<Buffer> | undefined> {
    return (await this.get(key)) && createReadStream(this.path(key));
  }

  async list(prefix: string): Promise<string[]> {
    try {
      const files = readdirSync(this.folder, { recursive: true, withFileTypes: true });
      return files
        .filter((file) => file.isFile() && !file.name.endsWith('.part'))
        .map((file) => join(file.parentPath, file.name).slice(this.folder.length + 1))
        .filter((key) => key.startsWith(prefix))
        .sort();
    } catch {
      return [];
    }
  }

  address(key: string): string {
    return key;
  }

  /** The same staging, which lets a test act when an object has been put or created, or is about to be opened. */
  acting(act: (what: 'put' | 'create' | 'open', key: string) => unknown): Staging {
    return {
      get: (key) => this.get(key),
      list: (prefix) => this.list(prefix),
      address: (key) => this.address(key),
      put: async (key, body) => {
        await this.put(key, body);
        await act('put', key);
      },
      create: async (key, body) => {
        const created = await this.create(key, body);
        await act('create', key);
        return created;
      },
      open: async (key) => {
        await act('open', key);
        return await this.open(key);
      },
    };
  }

  /** The same staging, which lets a test act before each part of what is streamed into it or out of it. */
  between(act: () => unknown): Staging {
    async function* acting(body: AsyncIterable<Buffer>) {
      for await (const part of body) {
        await act();
        yield part;
      }
    }
    return {
      ...this.acting(() => {}),
      put: async (key, body) => await this.put(key, Buffer.isBuffer(body) ? body : acting(body)),
      open: async (key) => {
        const body = await this.open(key);
        return body && acting(body);
      },
    };
  }

  /** The same staging, in which whoever streams the first chunks waits until `act`, which is done once, is over. */
  inTheMiddle(act: () => unknown): Staging {
    let acted: { readonly over: unknown } | undefined;
    return this.between(() => {
      acted ??= { over: act() };
      return acted.over;
    });
  }

  drop(key: string): void {
    rmSync(this.path(key));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
