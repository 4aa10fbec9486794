import type { Documents } from '../../lib/adapters/documents.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

/** A bucket in memory that keeps its conditions as S3 does, and can lose replies. */
export interface MemoryDocuments extends Documents {
  /** Everything that is stored, by key. */
  readonly objects: ReadonlyMap<string, { readonly text: string; readonly etag: string }>;
  /** Keys in the order in which they were written, deletions left out. */
  readonly writes: readonly string[];
  /** The value under a key, as JSON reads it. */
  json(key: string): unknown;
  /** The next conditional write of this key is done, but its reply is lost, so that the SDK's own retry gets 412. */
  loseReplyOf(key: string): void;
  /** Runs just before the next write of this key: what somebody else does in between. */
  before(key: string, act: () => Promise<unknown>): void;
  /** As an operator with other rights would: whatever stands there is replaced. */
  tamper(key: string, value: unknown): void;
}

export function memoryDocuments(): MemoryDocuments {
  const objects = new Map<string, { text: string; etag: string }>();
  const writes: string[] = [];
  const lost = new Set<string>();
  const interruptions = new Map<string, () => Promise<unknown>>();
  let version = 0;

  const store = (key: string, value: unknown): string => {
    const etag = `"${++version}"`;
    objects.set(key, { text: typeof value === 'string' ? value : JSON.stringify(value, null, 2), etag });
    writes.push(key);
    return etag;
  };
  /** @param etag what must stand there; null means nothing */
  const conditional = async (key: string, value: unknown, etag: string | null): Promise<string | false> => {
    const interruption = interruptions.get(key);
    interruptions.delete(key);
    await interruption?.();
    if ((objects.get(key)?.etag ?? null) !== etag) return false;
    const written = store(key, value);
    return lost.delete(key) ? false : written;
  };

  return {
    objects,
    writes,
    json: (key) => JSON.parse(objects.get(key)?.text ?? 'null'),
    loseReplyOf: (key) => void lost.add(key),
    before: (key, act) => void interruptions.set(key, act),
    tamper: (key, value) => void store(key, value),
    text: async (key) => objects.get(key)?.text ?? null,
    async read(key, schema) {
      const object = objects.get(key);
      if (!object) return null;
      const result = schema.safeParse(JSON.parse(object.text));
      if (!result.success) throw new WorkflowError('ServiceUnavailable', `${key}: ${result.error.message}`);
      return { value: result.data, ...object };
    },
    create: async (key, value) => (await conditional(key, value, null)) !== false,
    swap: conditional,
    put: async (key, body) => void store(key, body),
    keys: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    size: async (prefix) =>
      [...objects].reduce((sum, [key, { text }]) => (key.startsWith(prefix) ? sum + text.length : sum), 0),
    remove: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
  };
}

/** The same bucket for one who may not write: every attempt fails the test. */
export function readOnly(documents: Documents): Documents {
  const refuse = (key: unknown): never => {
    throw new Error(`${key} was about to be written by one who may only read`);
  };
  return { ...documents, create: refuse, swap: refuse, put: refuse, remove: refuse };
}
