import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { systemClock } from '../../../lib/local/clock.ts';
import type { Json } from '../../../lib/local/engine/engine.ts';
import { settle } from './fake-clock.ts';
import { CALLBACK, LAMBDA, outputOf, ROLE, Stage } from './stage.ts';

/** AWS's limits, and the ends that nothing catches. */
let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

const LARGEST = 262_144;
/** A JSON text of so many bytes: two of them are its quotes. */
const textOf = (bytes: number) => 'x'.repeat(bytes - 2);
const all = (Next = 'Caught') => [{ ErrorEquals: ['States.ALL'], Next }];
const caught = { Caught: { Type: 'Pass', Output: 'caught', End: true } };
const task = { Type: 'Task', Resource: LAMBDA, Catch: all(), End: true };
const ask = { ...task, Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}' };
const YEAR_SECONDS = 31_536_000;

describe('262,144 bytes are carried, one more is States.DataLimitExceeded', () => {
  test.each<[string, (text: string) => Record<string, object>]>([
    ['arguments', (text) => ({ A: { ...task, Arguments: text }, ...caught })],
    ['output', (text) => ({ A: { Type: 'Pass', Output: text, End: true } })],
    ['a variable', (text) => ({ A: { Type: 'Pass', Assign: { a: text }, End: true } })],
  ])('as %s', async (_, states) => {
    stage.lambda = async () => 1;
    expect(await stage.play(states(textOf(LARGEST)))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await stage.play(states(textOf(LARGEST + 1)))).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  test('all variables of one Assign together', async () => {
    const half = textOf(LARGEST / 2 + 1);
    const end = await stage.play({ A: { Type: 'Pass', Assign: { a: half, b: half }, End: true } });
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('bytes count, not characters', async () => {
    const end = await stage.play({ A: { Type: 'Pass', Output: 'ü'.repeat(LARGEST / 2), End: true } });
    expect(end.error).toBe('States.DataLimitExceeded');
  });

  test('States.ALL does not catch it, its own name does', async () => {
    stage.lambda = async () => textOf(LARGEST + 1);
    expect(await stage.play({ A: task, ...caught })).toMatchObject({ status: 'FAILED' });
    const named = { ...task, Catch: [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'Caught' }] };
    expect(outputOf(await stage.play({ A: named, ...caught }))).toBe('caught');
  });

  test('the input of an execution and the output of an answer are refused', () => {
    const { stateMachineArn } = stage.create('machine', { A: ask, ...caught });
    const start = (bytes: number, name: string) =>
      stage.engine.startExecution({ stateMachineArn, name, input: JSON.stringify(textOf(bytes)) });
    expect(start(LARGEST, 'a').status).toBe('RUNNING');
    expect(() => start(LARGEST + 1, 'b')).toThrow(/262144/);
  });
});

test('the wildcards match as documented', async () => {
  const next = async (error: string, ErrorEquals: string[]) => {
    const end = await (async () => {
      const executionArn = stage.start({ A: { ...ask, Catch: [{ ErrorEquals, Next: 'Caught' }] }, ...caught });
      await settle();
      stage.engine.sendTaskFailure({ taskToken: stage.tokens.at(-1) ?? '', error });
      return stage.engine.whenEnded(executionArn);
    })();
    return end.status === 'SUCCEEDED';
  };
  expect(await next('Anything', ['States.ALL'])).toBe(true);
  expect(await next('Anything', ['States.TaskFailed'])).toBe(true);
  expect(await next('States.Timeout', ['States.ALL'])).toBe(true);
  expect(await next('States.Timeout', ['States.TaskFailed'])).toBe(false);
  expect(await next('States.DataLimitExceeded', ['States.ALL'])).toBe(false);
  expect(await next('Other', ['Anything'])).toBe(false);
});

test('a missing heartbeat is caught by its own name, though the history says States.Timeout', async () => {
  const heard = { ...ask, HeartbeatSeconds: 5, Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Caught' }] };
  const end = await stage.play({ A: heard, ...caught });
  expect(outputOf(end)).toBe('caught');
  expect(stage.engine.getExecutionHistory(end.executionArn)).toContainEqual(
    expect.objectContaining({ taskTimedOutEventDetails: expect.objectContaining({ error: 'States.Timeout' }) }),
  );
  const late = { ...ask, TimeoutSeconds: 5, Catch: heard.Catch };
  expect(await stage.play({ A: late, ...caught })).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
});

test.each<[string, object, (executionArn: string) => Promise<unknown>, string]>([
  ['a stop', {}, async (executionArn) => stage.engine.stopExecution({ executionArn }), 'ABORTED'],
  ['the timeout of the machine', { TimeoutSeconds: 60 }, () => stage.clock.advance(60), 'TIMED_OUT'],
])('%s skips every Catch and Retry', async (_, machine, end, status) => {
  const wary = { ...ask, Retry: [{ ErrorEquals: ['States.ALL'] }] };
  const fork = {
    Type: 'Parallel',
    Branches: [{ StartAt: 'A', States: { A: wary, ...caught } }],
    Catch: all('After'),
    End: true,
  };
  const executionArn = stage.start({ Fork: fork, After: { Type: 'Pass', End: true } }, {}, { machine });
  await settle();
  await end(executionArn);
  await settle();
  expect(stage.engine.describeExecution(executionArn).status).toBe(status);
  expect(stage.types(executionArn).filter((type) => type.startsWith('PassState'))).toEqual([]);
});

test('an execution inside is stopped when telling of its start fills the history', async () => {
  const StateMachineArn = 'arn:aws:states:us-east-1:111111111111:stateMachine:inner';
  stage.create('inner', { Long: { Type: 'Wait', Seconds: 1000, End: true } });
  const call = { ...task, Resource: 'arn:aws:states:::states:startExecution.sync:2', Arguments: { StateMachineArn } };
  const states = { Wait: { Type: 'Wait', Seconds: 10, Next: 'Call' }, Call: call, ...caught };
  const executionArn = stage.start(states, {}, { name: 'full' });
  await settle();
  stage.engine.close();
  const path = join(stage.directory, 'executions/machine/full.jsonl');
  // 24,996 WaitStateExited, 24,997 to 24,999 the task, 25,000 would be TaskSubmitted.
  writeFileSync(path, readFileSync(path, 'utf8').replace('"id":2,', '"id":24995,'));
  stage.open();
  stage.create('inner', { Long: { Type: 'Wait', Seconds: 1000, End: true } });
  stage.engine.resume();
  await stage.clock.advance(10);
  expect(stage.engine.describeExecution(executionArn)).toMatchObject({ status: 'FAILED', lastEventId: 25_000 });
  expect(stage.engine.listExecutions().map(({ status }) => status)).toEqual(['ABORTED', 'FAILED']);
});

test('25,000 events end an execution past every Catch', async () => {
  const loop = { Type: 'Pass', Next: 'A' };
  const fork = { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: loop } }], Catch: all(), End: true };
  const end = await stage.play({ Fork: fork, ...caught });
  expect(end).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  expect(stage.engine.getExecutionHistory(end.executionArn).at(-1)?.id).toBe(25_000);
});

test.each<[string, object, string]>([
  ['Seconds', { Type: 'Wait', Seconds: '{% -1 %}', End: true }, 'from 0 to 99999999, but was: -1'],
  ['Seconds', { Type: 'Wait', Seconds: '{% 1.5 %}', End: true }, 'from 0 to 99999999, but was: 1.5'],
  ['TimeoutSeconds', { ...ask, Catch: undefined, TimeoutSeconds: '{% 0 %}' }, 'from 1 to 99999999, but was: 0'],
  [
    'HeartbeatSeconds',
    { ...ask, Catch: undefined, HeartbeatSeconds: '{% 1e9 %}' },
    'from 1 to 99999999, but was: 1000000000',
  ],
])('%s must be seconds that AWS can count', async (field, state, text) => {
  const end = await stage.play({ A: state });
  expect(end).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  expect(end.cause).toContain(`The field '${field}' must be a whole number ${text}`);
});

describe('time', () => {
  test('a wait of almost a year is waited, and after a year the execution is over', async () => {
    const wait = (Seconds: number) => ({ A: { Type: 'Wait', Seconds, End: true } });
    const before = stage.clock.now();
    expect((await stage.play(wait(YEAR_SECONDS - 1))).status).toBe('SUCCEEDED');
    expect(stage.clock.now() - before).toBe((YEAR_SECONDS - 1) * 1000);
    for (const machine of [{}, { TimeoutSeconds: 99_999_999 }]) {
      const late = await stage.play(wait(YEAR_SECONDS + 1), {}, machine);
      expect(late).toMatchObject({ status: 'TIMED_OUT' });
    }
  });

  test("the system's clock does not cut what is longer than a timer can be", async () => {
    jest.useFakeTimers();
    try {
      let woken = false;
      const slept = systemClock.sleep(YEAR_SECONDS * 1000).then(() => {
        woken = true;
      });
      await jest.advanceTimersByTimeAsync(YEAR_SECONDS * 1000 - 1);
      expect(woken).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      await slept;
      expect(woken).toBe(true);
    } finally {
      jest.useRealTimers();
    }
  });
});

test('an inline map runs 40 items at a time, whatever MaxConcurrency says', async () => {
  const items: Json[] = Array.from({ length: 50 }, (_, index) => index);
  const { Catch: _, ...plain } = ask;
  for (const MaxConcurrency of [0, 45]) {
    stage.tokens.length = 0;
    stage.start(
      { Each: { Type: 'Map', MaxConcurrency, ItemProcessor: { StartAt: 'A', States: { A: plain } }, End: true } },
      items,
    );
    await settle();
    expect(stage.tokens).toHaveLength(40);
  }
});

test('names are 1 to 80 characters, without those that AWS forbids', () => {
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Succeed' } } });
  const create = (name: string) => stage.engine.createStateMachine({ name, definition, roleArn: ROLE });
  for (const name of ['a', 'x'.repeat(80), "Ünïcode_(1)'s+=@!.-"]) expect(create(name).name).toBe(name);
  for (const name of ['', 'x'.repeat(81), 'a b', 'a/b', 'a:b', 'a*', 'a#', 'a\u0007', '..']) {
    expect(() => create(name)).toThrow(`Invalid Name: '${name}'`);
  }
});
