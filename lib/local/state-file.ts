import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a simulated service remembers between two starts of the world: one JSON document. */
export interface StateFile<T> {
  readonly value: T;
  /** Writes the document whole, or not at all: the file is replaced by a rename. */
  save(): void;
}

/** Opens the document at `path`, or begins with `initial` when there is none. */
export function openStateFile<T>(path: string, initial: T): StateFile<T> {
  mkdirSync(dirname(path), { recursive: true });
  const value = read<T>(path) ?? initial;
  return {
    value,
    save() {
      const next = `${path}.next`;
      // Objects in it may carry secrets of the simulated account.
      writeFileSync(next, JSON.stringify(value, null, 2), { mode: 0o600 });
      renameSync(next, path);
    },
  };
}

function read<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
