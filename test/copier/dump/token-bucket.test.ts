import { expect, test } from '@jest/globals';
import { BURST_MS, TokenBucket } from '../../../lib/copier/dump/token-bucket.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const MB = 1_000_000;

test('bytes go on at the rate, after a burst of one second', async () => {
  const clock = createManualClock();
  const bucket = new TokenBucket(clock, 10 * MB);
  expect(bucket.draw(4 * MB)).toBe(0);
  expect(bucket.draw(6 * MB)).toBe(0);
  expect(bucket.draw(4 * MB)).toBe(400);
  await clock.advance(400);
  expect(bucket.draw(4 * MB)).toBe(400);
});

test('all who draw share one rate, whoever comes first', async () => {
  const clock = createManualClock();
  const bucket = new TokenBucket(clock, 2 * MB);
  const began = clock.now();
  // Two workers that draw as soon as what they drew before may go on.
  const free = [began, began];
  for (let part = 0; part < 50; part++) {
    const worker = (free[0] as number) <= (free[1] as number) ? 0 : 1;
    await clock.advance(Math.max(0, (free[worker] as number) - clock.now()));
    free[worker] = clock.now() + bucket.draw(MB);
  }
  expect(Math.max(...free) - began).toBe(50_000 / 2 - BURST_MS);
});

test('a source that stalled may make up for one second, not for all of its stalling', async () => {
  const clock = createManualClock();
  const bucket = new TokenBucket(clock, 10 * MB);
  bucket.draw(10 * MB);
  await clock.advance(60_000);
  expect(bucket.draw(10 * MB)).toBe(0);
  expect(bucket.draw(1 * MB)).toBe(100);
});

test('a part larger than a second’s worth waits for its own size', () => {
  const bucket = new TokenBucket(createManualClock(), MB);
  expect(bucket.draw(4 * MB)).toBe(3000);
});
