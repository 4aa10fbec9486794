import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { processStart } from '../../../lib/local/processes/process-start.ts';

test('a living process has one start, near the time at which it was started', async () => {
  const before = Date.now();
  const child = spawn(process.execPath, ['-e', 'console.log("up"); process.stdin.resume()']);
  await once(child.stdout, 'data');
  const start = processStart(child.pid!);
  expect(start).toEqual(processStart(child.pid!));
  expect(start!.token).not.toBe(processStart(process.pid)?.token);
  // Clocks of the kernel and of this process agree to the second or two.
  expect(start!.at).toBeGreaterThan(before - 2_000);
  expect(start!.at).toBeLessThan(Date.now() + 2_000);
  child.stdin.end();
  await once(child, 'exit');
  expect(processStart(child.pid!)).toBeUndefined();
});

test('a process that never was has no start', () => {
  expect(processStart(2 ** 22 + 1)).toBeUndefined();
});
