import fs, { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';

const WRITES = ['appendFileSync', 'linkSync', 'mkdirSync', 'renameSync', 'rmSync', 'writeFileSync'] as const;
type Write = (typeof WRITES)[number];

/** Told of each write before it happens. */
let before: (write: Write, path: string) => void = () => {};

/**
 * Puts itself between a module that is imported afterwards and `node:fs`. A test that wants to know what a kill leaves
 * behind imports by `await import(…)` after this.
 */
export function watchWrites(): void {
  const watched = Object.fromEntries(
    WRITES.map((write) => [
      write,
      (...args: unknown[]) => {
        before(write, String(args[0]));
        return (fs[write] as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  );
  jest.unstable_mockModule('node:fs', () => ({ ...fs, default: fs, ...watched }));
}

/**
 * Does something, and gives the folder to `look` as it would be if the process had been killed before each single write
 * to it, and as it is at the end.
 * @returns the writes that there were, in their order
 */
export async function killedBeforeEachWrite(
  directory: string,
  act: () => Promise<unknown>,
  look: (left: string, killedBefore: Write | 'nothing') => Promise<void>,
): Promise<readonly Write[]> {
  const kept = mkdtempSync(join(tmpdir(), 'killed-'));
  const writes: Write[] = [];
  const keep = () => cpSync(directory, join(kept, String(writes.length)), { recursive: true });
  before = (write, path) => {
    if (!path.startsWith(directory)) return;
    keep();
    writes.push(write);
  };
  try {
    await act();
    before = () => {};
    keep();
    for (const [index, write] of [...writes, 'nothing' as const].entries())
      await look(join(kept, String(index)), write);
    return writes;
  } finally {
    before = () => {};
    rmSync(kept, { recursive: true });
  }
}
