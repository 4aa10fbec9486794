import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { peakMemory } from '../../lib/copier/progress.ts';

test("a worker's peak is its own, not that of the process that started it", () => {
  const large = Buffer.alloc(400 << 20, 1);
  expect(peakMemory()).toBeGreaterThan(large.length);
  const module = new URL('../../lib/copier/progress.ts', import.meta.url).href;
  const started = execFileSync(process.execPath, [
    '--input-type=module',
    `--eval=const { peakMemory } = await import('${module}'); console.log(peakMemory());`,
  ]);
  expect(Number(started)).toBeGreaterThan(20 << 20);
  expect(Number(started)).toBeLessThan(large.length);
});
