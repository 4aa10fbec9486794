import { beforeAll, expect, test } from '@jest/globals';
import { until } from './until.ts';

const limits = globalThis as { testEndsAt?: number };
const begun = Date.now();
let hookEndsAt: number | undefined;
beforeAll(() => {
  hookEndsAt = limits.testEndsAt;
}, 300_000);

test('what is awaited is given back', async () => {
  const answers = [0, '', undefined, 'there'];
  expect(await until(() => answers.shift(), 1)).toBe('there');
});

test('the limit of the hook or test that runs is known', () => {
  expect(hookEndsAt).toBeGreaterThanOrEqual(begun + 300_000);
  expect(limits.testEndsAt).toBeGreaterThanOrEqual(begun + 200_000);
  expect(limits.testEndsAt).toBeLessThan(Number(hookEndsAt));
}, 200_000);

test.each([
  ['does not come', () => [].length],
  ['does not even answer', () => new Promise<never>(() => {})],
])('what %s is told before Jest ends the test, and who waited for it', async (_, find) => {
  // As if the test's time were over.
  limits.testEndsAt = Date.now();
  const waiting = until(find);
  await expect(waiting).rejects.toThrow(/^Waited 0 s for \(\) ?=>.*\nLast seen: (0|undefined)$/);
  await expect(waiting).rejects.toMatchObject({ stack: expect.stringMatching(/Waited 0 s.*until\.test\.ts/s) });
});
