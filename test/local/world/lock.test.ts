import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { processStart } from '../../../lib/local/processes/process-start.ts';
import { currentHolder, takeLock } from '../../../lib/local/world/lock.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'passage-lock-'));
  path = join(directory, 'work', 'world.lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const take = async (command: string) => {
  const taken = await takeLock<{ url: string }>(path, command);
  if (!('lock' in taken)) throw new Error(`"${taken.holder.command}" has it`);
  return taken;
};

test('the first takes it, and the next is told who has it and what to join', async () => {
  const { lock, stale } = await take('rehearse');
  expect(stale).toBe(false);
  lock.publish({ url: 'http://127.0.0.1:1' });
  const next = await takeLock(path, 'runs');
  expect(next).toMatchObject({
    holder: { command: 'rehearse', pid: process.pid, info: { url: 'http://127.0.0.1:1' } },
  });
});

test('who comes while the world is starting waits until it is up', async () => {
  const { lock } = await take('rehearse');
  const waiting = takeLock(path, 'runs');
  lock.publish({ url: 'http://127.0.0.1:1' });
  expect(await waiting).toMatchObject({ holder: { command: 'rehearse' } });
});

test('who comes while the world is starting takes over when it is given up', async () => {
  const { lock } = await take('rehearse');
  const waiting = takeLock(path, 'runs');
  lock.release();
  expect(await waiting).toHaveProperty('lock');
});

test('who comes while the world is ending waits for its end, and has one of its own', async () => {
  const { lock } = await take('rehearse');
  lock.publish({ url: 'http://127.0.0.1:1' });
  lock.retract();
  const waiting = takeLock(path, 'runs');
  lock.release();
  expect(await waiting).toHaveProperty('lock');
});

test('a lock that is not ours any more is not taken back', async () => {
  const { lock } = await take('rehearse');
  lock.release();
  lock.retract();
  expect(existsSync(path)).toBe(false);
});

test('a released lock is gone, and nobody holds it', async () => {
  const { lock } = await take('rehearse');
  expect(currentHolder(path)).toMatchObject({ command: 'rehearse' });
  lock.release();
  expect(existsSync(path)).toBe(false);
  expect(currentHolder(path)).toBeUndefined();
});

test('the lock of a dead process is taken over, and said to be stale', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  (await take('first')).lock.release();
  writeFileSync(path, JSON.stringify({ pid: child.pid, started: processStart(child.pid!)?.token, command: 'killed' }));
  expect(currentHolder(path)).toMatchObject({ command: 'killed' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await take('second')).toMatchObject({ stale: true });
});

test('a process that got the number of a dead holder does not count as it', async () => {
  (await take('first')).lock.release();
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: 'Thu Jan  1 00:00:00 1970', command: 'old' }));
  expect(currentHolder(path)).toBeUndefined();
  expect(await take('second')).toMatchObject({ stale: true });
});

test('of many who find a dead holder, one takes it', async () => {
  (await take('first')).lock.release();
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: 'never', command: 'old' }));
  const all = await Promise.all(
    Array.from({ length: 5 }, async (_, n) => {
      const taken = await takeLock<{ n: number }>(path, `command ${n}`);
      if ('lock' in taken) taken.lock.publish({ n });
      return 'lock' in taken;
    }),
  );
  expect(all.filter(Boolean)).toHaveLength(1);
});

/** When a process started, as a holder writes it of itself. */
