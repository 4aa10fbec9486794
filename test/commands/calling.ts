import { jest } from '@jest/globals';
import { main } from '../../lib/commands/main.ts';

/** Runs a command line in this process; both streams together are its output. */
export async function passage(...argv: readonly string[]): Promise<{ code: number; output: string }> {
  let output = '';
  const write = (chunk: string | Uint8Array): boolean => {
    output += chunk.toString();
    return true;
  };
  const streams = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(write),
  );
  try {
    const code = await main(argv, new AbortController().signal);
    return { code, output };
  } finally {
    for (const stream of streams) stream.mockRestore();
  }
}
