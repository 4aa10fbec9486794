import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Frees what nobody holds, so that what is counted afterwards is really held. Buffers are swept beside the program and
 * counted until that is done: what one collection began, the next one waits for.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  gc();
  gc();
}
