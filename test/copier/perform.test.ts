import { expect, test } from '@jest/globals';
import type { CopierOutput } from '../../lib/copier/contract.ts';
import { perform } from '../../lib/copier/perform.ts';
import type { Clock, TaskCallback } from '../../lib/copier/ports.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

const output: CopierOutput = { manifest: 'm', tables: 1, rows: 2, bytes: 3, seconds: 4 };

/** A clock whose sleepers wake when the test says so, and a callback that remembers. */
function world(beats: (boolean | Error)[] = []) {
  let wake = () => {};
  const clock: Clock = {
    now: () => 0,
    sleep: (_, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason));
        if (signal?.aborted) reject(signal.reason);
      }),
  };
  const answers: unknown[] = [];
  let beaten = 0;
  const callback: TaskCallback = {
    async beat() {
      const answer = beats[beaten++] ?? true;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async succeed(answer) {
      answers.push(answer);
    },
    async fail(error, cause) {
      answers.push({ error, cause });
    },
  };
  const log: string[] = [];
  const stop = new AbortController();
  return {
    answers,
    log,
    stop,
    beaten: () => beaten,
    pass: async () => {
      await new Promise(setImmediate);
      wake();
      await new Promise(setImmediate);
    },
    run: (role: (signal: AbortSignal) => Promise<CopierOutput>) =>
      perform(role, callback, clock, (event) => log.push(event), 10, stop.signal),
  };
}

/** A role that goes on until it is aborted. */
const endless = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('answers with the output and beats until then', async () => {
  const { run, answers, beaten, pass } = world();
  let finish = (_: CopierOutput) => {};
  const code = run(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  await pass();
  await pass();
  finish(output);
  expect(await code).toBe(0);
  expect(answers).toEqual([output]);
  expect(beaten()).toBe(3);
});

test('answers with the declared name of a failure', async () => {
  const { run, answers } = world();
  expect(await run(() => Promise.reject(new WorkflowError('ChunkDamaged', 'why')))).toBe(1);
  expect(answers).toEqual([{ error: 'ChunkDamaged', cause: 'why' }]);
});

test('calls an undeclared failure WorkerLost', async () => {
  const { run, answers } = world();
  expect(await run(() => Promise.reject(new TypeError('oops')))).toBe(1);
  expect(answers).toEqual([{ error: 'WorkerLost', cause: expect.stringContaining('TypeError: oops') }]);
});

test('stops at once, without an answer, when the heartbeat is refused', async () => {
  const { run, answers, pass } = world([true, false]);
  const code = run(endless);
  await pass();
  await pass();
  expect(await code).toBe(1);
  expect(answers).toEqual([]);
});

test('goes on when a heartbeat does not get through', async () => {
  const { run, answers, log, pass, beaten } = world([new Error('network')]);
  let finish = (_: CopierOutput) => {};
  const code = run(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  await pass();
  await pass();
  finish(output);
  expect(await code).toBe(0);
  expect(answers).toEqual([output]);
  expect(log).toContain('heartbeat not delivered');
  expect(beaten()).toBeGreaterThan(1);
});

test('answers WorkerLost when it is told to stop', async () => {
  const { run, answers, stop, pass } = world();
  const code = run(endless);
  await pass();
  stop.abort(new Error('SIGTERM'));
  expect(await code).toBe(1);
  expect(answers).toEqual([{ error: 'WorkerLost', cause: expect.any(String) }]);
});
