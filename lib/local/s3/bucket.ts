import { randomBytes, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { Checksum } from './checksums.ts';

/** A file below the bucket's `data` folder. A multipart object is its parts, one after the other. */
export interface Segment {
  readonly file: string;
  readonly size: number;
}

export interface ObjectVersion {
  /** `null` in a bucket without versions, as S3 writes it. */
  readonly versionId: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** Says that the object is gone, in a bucket that keeps versions. */
  readonly deleteMarker?: true;
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
  readonly segments: readonly Segment[];
  readonly checksum?: Checksum;
  /** Given with the object and given back: content type, encoding, `x-amz-meta-…`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The multipart upload that made it: a second completion of the same upload is answered alike. */
  readonly uploadId?: string;
  /** The tags of the object; not given back with it, but asked for. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** One line of the index: what became of a key. */
type Entry =
  | { readonly put: string; readonly version: ObjectVersion }
  | { readonly tag: string; readonly versionId: string; readonly tags: Readonly<Record<string, string>> }
  | { readonly remove: string; readonly versionId: string };

/**
 * A bucket on disk: `data/` holds the bytes, `index.jsonl` what they are. A version exists from the moment its line is
 * appended, which happens after its bytes are complete; bytes that no line names are swept when the bucket is opened.
 */
export class Bucket {
  readonly name: string;
  readonly directory: string;
  #versioned: boolean;
  /** The versions of each key, the newest first. */
  readonly #objects = new Map<string, ObjectVersion[]>();
  readonly #deletions = new Map<string, number>();
  #sorted: readonly string[] | undefined;

  constructor(directory: string, name: string) {
    this.name = name;
    this.directory = directory;
    mkdirSync(join(directory, 'data'), { recursive: true });
    mkdirSync(join(directory, 'uploads'), { recursive: true });
    this.#versioned = existsSync(join(directory, 'versioned'));
    this.#load();
  }

  get created(): Date {
    return statSync(this.directory).birthtime;
  }

  get versioned(): boolean {
    return this.#versioned;
  }

  /** There is no way back to a bucket without versions. */
  keepVersions(): void {
    writeFileSync(join(this.directory, 'versioned'), '');
    this.#versioned = true;
  }

  /** Where the bytes of a new version go. */
  newFile(): string {
    return join(this.directory, 'data', randomUUID());
  }

  path(segment: Segment): string {
    return join(this.directory, 'data', segment.file);
  }

  /** The newest version or delete marker. */
  latest(key: string): ObjectVersion | undefined {
    return this.#objects.get(key)?.[0];
  }

  /** The object as a reader without a version id finds it: undefined when its newest version is a delete marker. */
  current(key: string): ObjectVersion | undefined {
    const latest = this.latest(key);
    return latest?.deleteMarker ? undefined : latest;
  }

  versions(key: string): readonly ObjectVersion[] {
    return this.#objects.get(key) ?? [];
  }

  /** How many times the object was deleted since the bucket was opened: a write under way asks whether it was meanwhile. */
  deletions(key: string): number {
    return this.#deletions.get(key) ?? 0;
  }

  /** Every key that has a version or a delete marker, in S3's order. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort(compareKeys);
    return this.#sorted;
  }

  /** Makes a version visible, at once and for good. In a bucket without versions it takes the place of the former one. */
  add(key: string, version: Omit<ObjectVersion, 'versionId'>): ObjectVersion {
    const added = { ...version, versionId: this.#versioned ? randomBytes(16).toString('base64url') : 'null' };
    this.#append({ put: key, version: added });
    for (const replaced of this.#apply({ put: key, version: added })) this.#discard(replaced);
    if (added.deleteMarker) this.#countDeletion(key);
    return added;
  }

  /** Removes one version for good. */
  remove(key: string, versionId: string): void {
    const entry: Entry = { remove: key, versionId };
    this.#append(entry);
    for (const removed of this.#apply(entry)) this.#discard(removed);
    this.#countDeletion(key);
  }

  /** Gives a version other tags. */
  tag(key: string, versionId: string, tags: Readonly<Record<string, string>>): void {
    const entry: Entry = { tag: key, versionId, tags };
    this.#append(entry);
    this.#apply(entry);
  }

  isEmpty(): boolean {
    return this.#objects.size === 0;
  }

  #countDeletion(key: string): void {
    this.#deletions.set(key, this.deletions(key) + 1);
  }

  #append(entry: Entry): void {
    appendFileSync(join(this.directory, 'index.jsonl'), `${JSON.stringify(entry)}\n`);
  }

  /** @returns the versions that this entry ends */
  #apply(entry: Entry): readonly ObjectVersion[] {
    if ('tag' in entry) {
      const { tag, versionId, tags } = entry;
      const tagged = this.versions(tag).map((each) => (each.versionId === versionId ? { ...each, tags } : each));
      this.#objects.set(tag, tagged);
      return [];
    }
    const key = 'put' in entry ? entry.put : entry.remove;
    const versionId = 'put' in entry ? entry.version.versionId : entry.versionId;
    const before = this.#objects.get(key);
    const ended = before?.filter((version) => version.versionId === versionId) ?? [];
    const after = before?.filter((version) => version.versionId !== versionId) ?? [];
    if ('put' in entry) after.unshift(entry.version);
    if (after.length === 0) this.#objects.delete(key);
    else this.#objects.set(key, after);
    if (!before !== (after.length === 0)) this.#sorted = undefined;
    return ended;
  }

  #discard(version: ObjectVersion): void {
    for (const segment of version.segments) rmSync(this.path(segment), { force: true });
  }

  /** Reads the index, writes it anew without what is gone, and sweeps bytes that belong to nothing. */
  #load(): void {
    const file = join(this.directory, 'index.jsonl');
    if (existsSync(file)) {
      for (const line of readFileSync(file, 'utf8').split('\n')) {
        const entry = parseLine(line);
        if (entry) this.#apply(entry);
      }
    }
    const entries = [...this.#objects].flatMap(([key, versions]) =>
      versions.toReversed().map((version) => ({ put: key, version })),
    );
    writeFileSync(`${file}.next`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    renameSync(`${file}.next`, file);

    const named = new Set(entries.flatMap(({ version }) => version.segments.map((segment) => segment.file)));
    const data = join(this.directory, 'data');
    for (const found of readdirSync(data)) if (!named.has(found)) rmSync(join(data, found));
  }
}

/** S3's order of keys: by the bytes of their UTF-8, which differs from JavaScript's beyond the basic plane. */
export const compareKeys = (a: string, b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));

/** A file that `newFile` named, as a segment. */
export const segmentOf = (file: string, size: number): Segment => ({ file: basename(file), size });

/** The last line may be torn by a crash: what it would have said was never acknowledged. */
function parseLine(line: string): Entry | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as Entry);
  } catch {
    return undefined;
  }
}
