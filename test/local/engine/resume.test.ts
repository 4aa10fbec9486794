import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Integration, TaskFailure } from '../../../lib/local/engine/engine.ts';
import { settle } from './fake-clock.ts';
import { CALLBACK, LAMBDA, outputOf, Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

/** The engine is gone for so many seconds. */
async function restart(seconds = 0): Promise<void> {
  stage.engine.close();
  await stage.clock.advance(seconds);
  stage.open().resume();
  await stage.clock.advance(0);
}
const end = (executionArn: string) => stage.engine.describeExecution(executionArn);
const ask = { Type: 'Task', Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}', End: true };

test('a token that was handed out before is answered after', async () => {
  const arn = stage.start({ Ask: ask });
  await settle();
  await restart(1000);
  expect(stage.tokens).toHaveLength(1);
  stage.engine.sendTaskSuccess({ taskToken: stage.tokens[0] ?? '', output: '"yes"' });
  await settle();
  expect(outputOf(end(arn))).toBe('yes');
});

test.each([
  ['a wait ends', { Type: 'Wait', Seconds: 60, End: true }, {}, 60, 'SUCCEEDED'],
  ['a task times out', { ...ask, TimeoutSeconds: 60 }, {}, 60, 'FAILED'],
  ['an execution is over', { Type: 'Wait', Seconds: 600, End: true }, { TimeoutSeconds: 60 }, 60, 'TIMED_OUT'],
])('%s when it would have', async (_, state, machine, seconds, status) => {
  const arn = stage.start({ Only: state }, {}, { machine });
  await stage.clock.advance(10);
  await restart(20);
  await stage.clock.advance(seconds - 31);
  expect(end(arn).status).toBe('RUNNING');
  await stage.clock.advance(1);
  expect(end(arn)).toMatchObject({ status, stopDate: end(arn).startDate + seconds * 1000 });
});

test('a line that the kill cut off did not happen', async () => {
  const arn = stage.start({ Only: { Type: 'Wait', Seconds: 60, End: true } }, {}, { name: 'run' });
  await settle();
  appendFileSync(join(stage.directory, 'executions/machine/run.jsonl'), '{"branch":"","event":{"id":3,"ty');
  await restart(60);
  expect(stage.types(arn)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'WaitStateExited', 'ExecutionSucceeded']);
});

test('what was due meanwhile happens at once', async () => {
  const arn = stage.start({ Only: { Type: 'Wait', Seconds: 60, End: true } });
  await settle();
  await restart(500);
  expect(end(arn).status).toBe('SUCCEEDED');
});

test('the next attempt comes when it would have', async () => {
  const calls: number[] = [];
  stage.lambda = async () => {
    calls.push(stage.clock.now());
    throw new TaskFailure('Busy', '');
  };
  const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 60, MaxAttempts: 1 }];
  const arn = stage.start({ Call: { Type: 'Task', Resource: LAMBDA, Retry, End: true } });
  await settle();
  await restart(20);
  await stage.clock.advance(100);
  expect(calls.map((at) => (at - end(arn).startDate) / 1000)).toEqual([0, 60]);
  expect(end(arn)).toMatchObject({ status: 'FAILED', error: 'Busy' });
});

test('the interval of heartbeats begins anew: nobody was there to hear one', async () => {
  const arn = stage.start({ Ask: { ...ask, HeartbeatSeconds: 60 } });
  await stage.clock.advance(50);
  await restart(500);
  await stage.clock.advance(50);
  stage.engine.sendTaskHeartbeat({ taskToken: stage.tokens[0] ?? '' });
  await stage.clock.advance(50);
  expect(end(arn).status).toBe('RUNNING');
  await stage.clock.advance(10);
  expect(end(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
});

describe('a call that was not answered', () => {
  const never: Integration = () => new Promise(() => {});
  const call = { Type: 'Task', Resource: LAMBDA, End: true };

  test('of a function fails as a lost connection, and the Retry of the state decides', async () => {
    let calls = 0;
    stage.lambda = (given) => (calls++ === 0 ? never(given) : Promise.resolve('second'));
    const Retry = [{ ErrorEquals: ['Lambda.SdkClientException'], IntervalSeconds: 5 }];
    const arn = stage.start({ Call: { ...call, Retry } });
    await settle();
    await restart();
    await stage.clock.advance(5);
    expect(outputOf(end(arn))).toBe('second');
    expect(calls).toBe(2);
  });

  test('of a function is not made again without one', async () => {
    stage.lambda = never;
    const arn = stage.start({ Call: call });
    await settle();
    await restart();
    expect(end(arn)).toMatchObject({ status: 'FAILED', error: 'Lambda.SdkClientException' });
  });

  test('of another service is made again, by the same token and id', async () => {
    const SERVICE = 'arn:aws:states:::ecs:runTask.waitForTaskToken';
    const asked: unknown[] = [];
    const service: Integration = ({ token, id, arguments: given }) => {
      asked.push({ token, id, given });
      return asked.length === 1 ? new Promise(() => {}) : Promise.resolve({});
    };
    stage.close();
    stage = new Stage({ integrations: { [SERVICE]: service } });
    const Arguments = { token: ask.Arguments, random: '{% $uuid() %}' };
    stage.start({ Call: { ...ask, Resource: SERVICE, Arguments } });
    await settle();
    await restart();
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual(asked[0]);
    await restart();
    expect(asked).toHaveLength(2);
  });
});

test('an execution goes on with the definition that it was started with', async () => {
  const arn = stage.start({ Ask: { ...ask, Output: 'old' } }, { a: 1 }, { name: 'run' });
  await settle();
  stage.create('machine', { Ask: { ...ask, Output: 'new' } });
  stage.engine.close();
  stage.open();
  stage.create('machine', { Ask: { ...ask, Output: 'new' } });
  stage.engine.resume();
  await settle();
  expect(stage.start({ Ask: ask }, { a: 1 }, { name: 'run' })).toBe(arn);
  stage.engine.sendTaskSuccess({ taskToken: stage.tokens[0] ?? '', output: '1' });
  await settle();
  expect(outputOf(end(arn))).toBe('old');
});

test('what needs a service that is not here any more ends as ABORTED and says why', async () => {
  const SERVICE = 'arn:aws:states:::sqs:sendMessage';
  stage.close();
  stage = new Stage({ integrations: { [SERVICE]: () => new Promise(() => {}) } });
  const arn = stage.start({ Call: { Type: 'Task', Resource: SERVICE, End: true } });
  await settle();
  stage.engine.close();
  const { directory } = stage;
  const other = new Stage({ directory });
  expect(other.engine.resume()).toEqual([]);
  expect(other.engine.describeExecution(arn)).toMatchObject({
    status: 'ABORTED',
    error: 'EngineStopped',
    cause: expect.stringContaining(`nothing answers ${SERVICE}`),
  });
  other.close();
});

describe('a history that cannot be read again ends its execution alone, by name', () => {
  const wait = { Only: { Type: 'Wait', Seconds: 60, End: true } };
  const stray = (id: number) =>
    JSON.stringify({
      branch: '',
      event: {
        id,
        previousEventId: id - 1,
        timestamp: 0,
        type: 'MapIterationStarted',
        mapIterationStartedEventDetails: { index: 0 },
      },
    });

  test.each([
    ['has an event that fits nowhere', (text: string) => `${text}${stray(3)}\n`, 'event 3 opens an iteration outside'],
    ['ends with a damaged line', (text: string) => `${text}{"branch":"","ev{"branch":""}\n`, 'line 3 is no event'],
    ['has a damaged line', (text: string) => text.replace(/\n.*\n/, `\n\0\0\0\n${stray(3)}\n`), 'line 2 is no event'],
  ])('when it %s', async (_, damage, why) => {
    const broken = stage.start(wait, {}, { name: 'broken' });
    const sound = stage.start(wait, {}, { name: 'sound' });
    await settle();
    stage.engine.close();
    const path = join(stage.directory, 'executions/machine/broken.jsonl');
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    expect(
      stage
        .open()
        .resume()
        .map(({ name }) => name),
    ).toEqual(['sound']);
    expect(end(broken)).toMatchObject({ status: 'ABORTED', error: 'EngineStopped' });
    expect(end(broken).cause).toContain(path);
    expect(end(broken).cause).toContain(why);
    expect(() => stage.engine.redriveExecution({ executionArn: broken })).toThrow(path);
    await stage.clock.advance(60);
    expect(end(sound).status).toBe('SUCCEEDED');
    // Nor does it stand in the way of the start after that.
    await restart();
    expect(end(broken).status).toBe('ABORTED');
  });

  test('one whose first line is damaged is named: nothing is known of it', () => {
    stage.start(wait, {}, { name: 'broken' });
    stage.engine.close();
    const path = join(stage.directory, 'executions/machine/broken.jsonl');
    writeFileSync(path, 'nothing\n');
    expect(() => stage.open()).toThrow(`${path} cannot be read`);
    writeFileSync(path, '');
  });
});

describe('what was due while the engine was gone', () => {
  const SYNC = 'arn:aws:states:::states:startExecution.sync:2';
  const SERVICE = 'arn:aws:states:::ecs:runTask.waitForTaskToken';
  const nested = (name: string, more: object = {}) => ({
    Type: 'Task',
    Resource: SYNC,
    Arguments: { StateMachineArn: `arn:aws:states:us-east-1:111111111111:stateMachine:${name}`, Input: {} },
    End: true,
    ...more,
  });
  const long = { W: { Type: 'Wait', Seconds: 10_000, End: true } };
  const ends = () =>
    stage.engine
      .listExecutions()
      .map(({ stateMachineArn, status }) => `${stateMachineArn.split(':').at(-1)} ${status}`)
      .sort();

  test.each([
    ['a task times out', nested('middle', { TimeoutSeconds: 50 }), {}, ['FAILED', 'ABORTED', 'ABORTED']],
    ['its machine times out', nested('middle'), { TimeoutSeconds: 50 }, ['TIMED_OUT', 'ABORTED', 'ABORTED']],
    [
      'its part is timed out before it is',
      nested('middle', { TimeoutSeconds: 70 }),
      { TimeoutSeconds: 80 },
      ['TIMED_OUT', 'TIMED_OUT', 'ABORTED'],
    ],
  ])('%s: the executions inside are stopped, down to the last', async (_, state, machine, [top, middle, bottom]) => {
    stage.create('bottom', long);
    stage.create('middle', { Call: nested('bottom') }, { TimeoutSeconds: 60 });
    stage.start({ Call: state }, {}, { machine });
    await settle();
    await restart(100);
    expect(ends()).toEqual([`bottom ${bottom}`, `machine ${top}`, `middle ${middle}`]);
  });

  test.each([
    ['its task', { TimeoutSeconds: 50 }, {}, 'FAILED'],
    ['its machine', {}, { TimeoutSeconds: 50 }, 'TIMED_OUT'],
  ])('no service is called for what has ended: %s timed out', async (_, more, machine, status) => {
    let calls = 0;
    const service: Integration = () => {
      calls++;
      return new Promise(() => {});
    };
    stage.close();
    stage = new Stage({ integrations: { [SERVICE]: service } });
    const arn = stage.start({ Call: { ...ask, Resource: SERVICE, ...more } }, {}, { machine });
    await settle();
    expect(calls).toBe(1);
    await restart(100);
    expect(end(arn).status).toBe(status);
    expect(calls).toBe(1);
  });
});

describe('the items of a distributed Map', () => {
  const GET = 'arn:aws:states:::s3:getObject';
  const SYNC = 'arn:aws:states:::states:startExecution.sync:2';
  const slow = 'arn:aws:states:us-east-1:111111111111:stateMachine:slow';
  const map = (item: object, more: object = {}) => ({
    Each: {
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Item',
        States: { Item: item },
      },
      End: true,
      ...more,
    },
  });
  let reading: PromiseWithResolvers<{ Body: string }>;
  const reader = { ItemReader: { Resource: GET, ReaderConfig: { InputType: 'JSON' }, Arguments: {} } };

  beforeEach(async () => {
    stage.close();
    reading = Promise.withResolvers();
    stage = new Stage({ integrations: { [GET]: () => reading.promise } });
    stage.create('slow', { W: { Type: 'Wait', Seconds: 10_000, End: true } });
    reading.resolve({ Body: '[1]' });
  });

  test('hear their tokens before the Map has read again what they are', async () => {
    const arn = stage.start(map(ask, reader));
    await settle();
    reading = Promise.withResolvers();
    await restart();
    stage.engine.sendTaskSuccess({ taskToken: stage.tokens[0] ?? '', output: '"yes"' });
    reading.resolve({ Body: '[1]' });
    await settle();
    expect(outputOf(end(arn))).toEqual(['yes']);
    expect(stage.tokens).toHaveLength(1);
  });

  test('are stopped, with what they wait for, when the Map cannot read them again', async () => {
    const nested = { Type: 'Task', Resource: SYNC, Arguments: { StateMachineArn: slow, Input: {} }, End: true };
    const arn = stage.start(map(nested, reader));
    await settle();
    expect(stage.engine.listExecutions().map(({ status }) => status)).toEqual(['RUNNING', 'RUNNING']);
    reading = Promise.withResolvers();
    await restart();
    reading.reject(new TaskFailure('NoSuchKey', 'it is gone'));
    await settle();
    expect(end(arn)).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    expect(end(`${slow.replace(':stateMachine:', ':execution:')}:${nestedName()}`).status).toBe('ABORTED');
  });

  test('are stopped, with what they wait for, when the time of the Map was up meanwhile', async () => {
    const nested = { Type: 'Task', Resource: SYNC, Arguments: { StateMachineArn: slow, Input: {} }, End: true };
    const arn = stage.start(map(nested), [1], { machine: { TimeoutSeconds: 50 } });
    await settle();
    await restart(100);
    expect(end(arn).status).toBe('TIMED_OUT');
    expect(end(`${slow.replace(':stateMachine:', ':execution:')}:${nestedName()}`).status).toBe('ABORTED');
  });

  const nestedName = () => stage.engine.listExecutions({ stateMachineArn: slow })[0]?.name;
});

describe('a change of status that was written, but not told', () => {
  const told = () => stage.changes.map(({ status }) => status);
  /** The engine is gone with an event of this type. */
  const killAt = (type: string) => {
    stage.close();
    let killed = false;
    stage = new Stage({
      onEvent: (_, event) => {
        if (killed || event.type !== type) return;
        killed = true;
        stage.engine.close();
      },
    });
  };

  test.each([
    ['ExecutionStarted', ['RUNNING', 'SUCCEEDED']],
    ['ExecutionSucceeded', ['RUNNING', 'SUCCEEDED']],
  ])('with %s is told after the restart, and only once', async (type, statuses) => {
    killAt(type);
    stage.start({ Done: { Type: 'Succeed' } });
    await settle();
    await restart();
    expect(told()).toEqual(statuses);
    await restart();
    expect(told()).toEqual(statuses);
  });

  test('is told of each redrive', async () => {
    killAt('ExecutionRedriven');
    const executionArn = stage.start({ Ask: ask });
    await settle();
    stage.engine.stopExecution({ executionArn });
    stage.engine.redriveExecution({ executionArn });
    await restart();
    expect(told()).toEqual(['RUNNING', 'ABORTED', 'RUNNING']);
    await restart();
    stage.engine.stopExecution({ executionArn });
    expect(told()).toEqual(['RUNNING', 'ABORTED', 'RUNNING', 'ABORTED']);
  });

  test('of before it was remembered what is told counts as told', async () => {
    stage.start({ Done: { Type: 'Succeed' } });
    await settle();
    stage.engine.close();
    rmSync(join(stage.directory, 'told.txt'));
    stage.open().resume();
    expect(told()).toEqual(['RUNNING', 'SUCCEEDED']);
  });
});
