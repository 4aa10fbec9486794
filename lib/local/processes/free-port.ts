import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections (Linux: from 32768, macOS: from 49152), which could take it first. */
const FIRST = 20_000;
const LAST = 32_767;

/** What was handed out: nobody may listen there yet. */
const given = new Set<number>();

/** A TCP port on 127.0.0.1 that nobody listens on at this moment, for a child process that is told its port. */
export async function freePort(): Promise<number> {
  if (given.size > (LAST - FIRST) / 2) given.clear();
  for (;;) {
    const port = randomInt(FIRST, LAST + 1);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
