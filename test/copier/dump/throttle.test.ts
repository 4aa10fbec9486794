import { expect, test } from '@jest/globals';
import type { ThrottleLimits } from '../../../lib/copier/contract.ts';
import { PAUSED_CHUNK_MS, PausedTooLong, Throttle } from '../../../lib/copier/dump/throttle.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const { signal } = new AbortController();

function prepare(limits: ThrottleLimits) {
  const clock = createManualClock();
  const events: string[] = [];
  const throttle = new Throttle(limits, clock, (event, fields) => events.push([event, fields?.why ?? ''].join(' ')));
  return { clock, events, throttle };
}

/** Whether it is still waiting. */
async function state(promise: Promise<unknown>): Promise<string> {
  const waiting = new Promise((resolve) => setImmediate(() => resolve('waiting')));
  return await Promise.race([
    promise.then(
      () => 'through',
      (error: Error) => error.message,
    ),
    waiting,
  ]).then(String);
}

test('without limits nothing waits', async () => {
  const { throttle } = prepare({});
  await throttle.admit(signal);
  await throttle.pass(1e12, signal);
  expect(throttle.paused).toBeUndefined();
  expect(throttle.held).toEqual({ rate: 0, 'replica lag': 0, 'lock waits': 0 });
});

test('with a limit on the load, no chunk begins before the load was looked at', async () => {
  const { throttle } = prepare({ maxLockWaits: 0 });
  const admitted = throttle.admit(signal);
  expect(await state(admitted)).toBe('waiting');
  throttle.resume();
  expect(await state(admitted)).toBe('through');
});

test('a pause holds the next chunk, however long, and says why', async () => {
  const { throttle, clock, events } = prepare({ maxReplicaLagSeconds: 10 });
  throttle.resume();
  throttle.pause('replica lag', 'replica lag 12 s');
  const admitted = throttle.admit(signal);
  await clock.advance(3_600_000);
  throttle.pause('replica lag', 'replica lag 3612 s');
  expect(throttle.paused).toBe('replica lag 3612 s');
  expect(await state(admitted)).toBe('waiting');
  throttle.resume();
  expect(await state(admitted)).toBe('through');
  expect(throttle.held['replica lag']).toBe(3600);
  expect(events).toEqual(['paused replica lag 12 s', 'goes on ']);
});

test('a chunk under way goes on when a pause is short, and is given up when it is long', async () => {
  const { throttle, clock } = prepare({ maxLockWaits: 0 });
  throttle.resume();
  throttle.pause('lock waits', '3 sessions wait for locks');
  const short = throttle.pass(1, signal);
  await clock.advance(PAUSED_CHUNK_MS - 1);
  throttle.resume();
  expect(await state(short)).toBe('through');

  throttle.pause('lock waits', '3 sessions wait for locks');
  const long = throttle.pass(1, signal);
  const caught = expect(long).rejects.toThrow(PausedTooLong);
  await clock.advance(PAUSED_CHUNK_MS);
  await caught;
});

test('pauses are counted by what caused them, the one under way included', async () => {
  const { throttle, clock } = prepare({ maxLockWaits: 0, maxReplicaLagSeconds: 5 });
  await clock.advance(700);
  throttle.resume();
  throttle.pause('replica lag', 'replica lag 6 s');
  await clock.advance(4000);
  throttle.pause('lock waits', '1 sessions wait for locks');
  await clock.advance(2000);
  expect(throttle.held).toEqual({ rate: 0, 'replica lag': 4, 'lock waits': 2 });
});

test('whoever is asked to stop, stops waiting', async () => {
  const { throttle } = prepare({ maxMegabytesPerSecond: 1, maxLockWaits: 0 });
  const stop = new AbortController();
  const waiting = [throttle.admit(stop.signal), throttle.pass(1e9, stop.signal)];
  stop.abort(new Error('stopped'));
  for (const each of waiting) await expect(each).rejects.toThrow('stopped');
});

test('waiting for the rate is counted', async () => {
  const { throttle, clock } = prepare({ maxMegabytesPerSecond: 1 });
  const passed = throttle.pass(5e6, signal);
  await clock.advance(4000);
  await passed;
  expect(throttle.held.rate).toBe(4);
});
