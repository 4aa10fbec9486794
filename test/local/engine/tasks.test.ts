import { type Integration, type Json, TaskFailure } from '../../../lib/local/engine/engine.ts';
import { settle } from './fake-clock.ts';
import { CALLBACK, LAMBDA, outputOf, Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

const call = { Type: 'Task', Resource: LAMBDA, Arguments: { FunctionName: 'f' }, End: true };
const callback = { Type: 'Task', Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}', End: true };

/** A function that fails the given number of times, and then answers with the hours of its calls. */
function failing(times: number, error = 'Busy') {
  const hours: number[] = [];
  const begin = stage.clock.now();
  stage.lambda = async () => {
    hours.push((stage.clock.now() - begin) / 1000);
    if (hours.length <= times) throw new TaskFailure(error, 'try later');
    return hours;
  };
  return hours;
}

test('a task hands over its arguments, its role and where it stands', async () => {
  let seen: unknown;
  stage.lambda = async ({ signal, submitted, ...rest }) => {
    seen = rest;
    return { ok: true };
  };
  const end = await stage.play({ Call: call });
  expect(outputOf(end)).toEqual({ ok: true });
  expect(seen).toEqual({
    resource: LAMBDA,
    arguments: { FunctionName: 'f' },
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    roleArn: 'arn:aws:iam::111111111111:role/machine',
    executionArn: end.executionArn,
    stateName: 'Call',
  });
});

test('every event is written before the integration is called', async () => {
  let types: string[] = [];
  stage.lambda = async ({ executionArn }) => {
    types = stage.types(executionArn);
    return null;
  };
  await stage.play({ Call: call });
  expect(types).toEqual(['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted']);
});

test('retries after 2 s, 6 s and 18 s: interval 2, back-off rate 3', async () => {
  failing(3);
  const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3 }];
  expect(outputOf(await stage.play({ Call: { ...call, Retry } }))).toEqual([0, 2, 8, 26]);
});

test('a delay is capped by MaxDelaySeconds and spread by FULL jitter', async () => {
  stage.close();
  stage = new Stage({ random: () => 0.5 });
  failing(4);
  const Retry = [
    { ErrorEquals: ['States.ALL'], IntervalSeconds: 4, MaxDelaySeconds: 10, MaxAttempts: 4, JitterStrategy: 'FULL' },
  ];
  // Half of 4, 8, 10 and 10.
  expect(outputOf(await stage.play({ Call: { ...call, Retry } }))).toEqual([0, 2, 6, 11, 16]);
});

test('retriers count their own attempts, and RetryCount counts all', async () => {
  const errors = ['A', 'B', 'A', 'B'];
  const counts: unknown[] = [];
  stage.lambda = async ({ arguments: count }) => {
    counts.push(count);
    throw new TaskFailure(errors[counts.length - 1] ?? 'A', '');
  };
  const Retry = [
    { ErrorEquals: ['A'], MaxAttempts: 2 },
    { ErrorEquals: ['B'], MaxAttempts: 5 },
  ];
  const end = await stage.play({ Call: { ...call, Arguments: '{% $states.context.State.RetryCount %}', Retry } });
  expect(counts).toEqual([0, 1, 2, 3, 4]);
  expect(end).toMatchObject({ status: 'FAILED', error: 'A' });
});

test('MaxAttempts 0 never tries again', async () => {
  const hours = failing(1);
  const Retry = [{ ErrorEquals: ['Busy'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }];
  expect((await stage.play({ Call: { ...call, Retry } })).error).toBe('Busy');
  expect(hours).toEqual([0]);
});

test('only the catcher that matches shapes the exit', async () => {
  failing(1, 'Fenced');
  const Catch = [
    { ErrorEquals: ['Busy'], Next: 'No' },
    {
      ErrorEquals: ['States.ALL'],
      Assign: { why: '{% $states.errorOutput.Error %}' },
      Output: { at: '{% $states.input %}' },
      Next: 'Yes',
    },
  ];
  const end = await stage.play(
    {
      Call: { ...call, End: undefined, Next: 'No', Assign: { why: 'none' }, Catch },
      Yes: { Type: 'Pass', Output: '{% [$why, $states.input.at] %}', End: true },
      No: { Type: 'Fail' },
    },
    7,
  );
  expect(outputOf(end)).toEqual(['Fenced', 7]);
});

test('without Output a caught error is the output', async () => {
  failing(1);
  const Catch = [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }];
  const end = await stage.play({ Call: { ...call, Catch }, Caught: { Type: 'Succeed' } });
  expect(outputOf(end)).toEqual({ Error: 'Busy', Cause: 'try later' });
});

test('a failed expression can be retried and caught', async () => {
  let calls = 0;
  stage.lambda = async (): Promise<Json> => (++calls === 1 ? {} : { value: 3 });
  const Retry = [{ ErrorEquals: ['States.QueryEvaluationError'] }];
  const end = await stage.play({ Call: { ...call, Output: '{% $states.result.value %}', Retry } });
  expect(outputOf(end)).toBe(3);
  expect(stage.types(end.executionArn)).toContain('EvaluationFailed');
});

test.each([
  ['States.DataLimitExceeded', false],
  ['States.Runtime', false],
  ['States.Timeout', true],
  ['Whatever', true],
])('States.ALL and %s: caught %s', async (error, caught) => {
  failing(9, error);
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
  const end = await stage.play({ Call: { ...call, Catch }, Caught: { Type: 'Succeed' } });
  expect(end.status).toBe(caught ? 'SUCCEEDED' : 'FAILED');
});

test('States.TaskFailed does not match a timeout', async () => {
  stage.lambda = () => new Promise(() => {});
  const Catch = [
    { ErrorEquals: ['States.TaskFailed'], Next: 'No' },
    { ErrorEquals: ['States.Timeout'], Next: 'Yes' },
  ];
  const states = { Call: { ...call, TimeoutSeconds: 5, Catch }, No: { Type: 'Fail' }, Yes: { Type: 'Succeed' } };
  expect(outputOf(await stage.play(states))).toEqual({ Error: 'States.Timeout', Cause: '' });
});

test('an undeclared exception of an integration fails the task', async () => {
  stage.lambda = async () => {
    throw new Error('socket closed');
  };
  expect(await stage.play({ Call: call })).toMatchObject({ error: 'States.TaskFailed', cause: 'socket closed' });
});

test('a result beyond the payload limit fails the task by the name of the service', async () => {
  stage.lambda = async () => 'é'.repeat(131_072);
  const end = await stage.play({ Call: call });
  expect(end).toMatchObject({
    error: 'States.DataLimitExceeded',
    cause: "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
  });
  expect(stage.types(end.executionArn).at(-2)).toBe('TaskFailed');
});

test('a timeout aborts the work and is recorded at its second', async () => {
  let signal: AbortSignal | undefined;
  stage.lambda = (task) => {
    signal = task.signal;
    return new Promise(() => {});
  };
  const begin = stage.clock.now();
  const end = await stage.play({ Call: { ...call, TimeoutSeconds: '{% $states.input %}' } }, 30);
  expect(end).toMatchObject({ status: 'FAILED', error: 'States.Timeout', stopDate: begin + 30_000 });
  expect(signal?.aborted).toBe(true);
  expect(stage.types(end.executionArn).slice(-2)).toEqual(['TaskTimedOut', 'ExecutionFailed']);
});

describe('a task that somebody else answers', () => {
  const start = async (state: object = callback) => {
    const arn = stage.start({ Ask: state, Caught: { Type: 'Succeed' } });
    await settle();
    return { arn, taskToken: stage.tokens.at(-1) ?? '' };
  };

  test('succeeds with the answer, which is in the history when the call returns', async () => {
    const { arn, taskToken } = await start();
    stage.engine.sendTaskSuccess({ taskToken, output: '{"ok":1}' });
    expect(stage.types(arn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
    ]);
    expect(outputOf(await stage.engine.whenEnded(arn))).toEqual({ ok: 1 });
  });

  test('fails with the error and cause of the answer', async () => {
    const { arn, taskToken } = await start();
    stage.engine.sendTaskFailure({ taskToken, error: 'Rejected', cause: 'by ada' });
    expect(await stage.engine.whenEnded(arn)).toMatchObject({ status: 'FAILED', error: 'Rejected', cause: 'by ada' });
  });

  test('an answer without an error name can be caught, and shows null', async () => {
    const { arn, taskToken } = await start({ ...callback, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] });
    stage.engine.sendTaskFailure({ taskToken });
    expect(outputOf(await stage.engine.whenEnded(arn))).toEqual({ Error: null, Cause: null });
  });

  test('may be answered while it is still being handed over', async () => {
    stage.close();
    stage = new Stage({
      integrations: {
        [CALLBACK]: async ({ token = '' }) => {
          stage.engine.sendTaskSuccess({ taskToken: token, output: '"early"' });
          return 'late';
        },
      },
    });
    const end = await stage.play({ Ask: callback });
    expect(outputOf(end)).toBe('early');
  });

  test('a second answer, a forged token and an output that is no JSON are refused in the words of AWS', async () => {
    const { taskToken } = await start();
    const answer =
      (token: string, output = '1') =>
      () =>
        stage.engine.sendTaskSuccess({ taskToken: token, output });
    expect(answer(taskToken, 'no json')).toThrow(expect.objectContaining({ code: 'InvalidOutput' }));
    expect(answer('forged')).toThrow(expect.objectContaining({ code: 'InvalidToken' }));
    const elsewhere = Buffer.from('{"executionArn":"arn:elsewhere"}').toString('base64');
    expect(answer(elsewhere)).toThrow(expect.objectContaining({ code: 'TaskDoesNotExist' }));
    answer(taskToken)();
    expect(answer(taskToken)).toThrow(expect.objectContaining({ code: 'TaskTimedOut' }));
  });

  test('each attempt has a token of its own, and the old one is dead', async () => {
    const { arn, taskToken } = await start({ ...callback, Retry: [{ ErrorEquals: ['Again'], IntervalSeconds: 10 }] });
    stage.engine.sendTaskFailure({ taskToken, error: 'Again' });
    await stage.clock.advance(10);
    expect(stage.tokens).toHaveLength(2);
    expect(() => stage.engine.sendTaskSuccess({ taskToken, output: '1' })).toThrow();
    stage.engine.sendTaskSuccess({ taskToken: stage.tokens[1] ?? '', output: '2' });
    expect(outputOf(await stage.engine.whenEnded(arn))).toBe(2);
  });

  test('heartbeats keep it alive; without one it times out as States.Timeout', async () => {
    const { arn, taskToken } = await start({ ...callback, HeartbeatSeconds: 10, TimeoutSeconds: 3600 });
    for (let beat = 0; beat < 5; beat++) {
      await stage.clock.advance(9);
      stage.engine.sendTaskHeartbeat({ taskToken });
    }
    await stage.clock.advance(9);
    expect(stage.engine.describeExecution(arn).status).toBe('RUNNING');
    await stage.clock.advance(1);
    expect(stage.engine.describeExecution(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(() => stage.engine.sendTaskHeartbeat({ taskToken })).toThrow(
      expect.objectContaining({ code: 'TaskTimedOut' }),
    );
  });

  test('heartbeats do not move the timeout', async () => {
    const { arn, taskToken } = await start({ ...callback, HeartbeatSeconds: 10, TimeoutSeconds: 20 });
    await stage.clock.advance(8);
    stage.engine.sendTaskHeartbeat({ taskToken });
    await stage.clock.advance(8);
    stage.engine.sendTaskHeartbeat({ taskToken });
    await stage.clock.advance(4);
    expect(stage.engine.describeExecution(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});

test.each([
  ['arn:aws:states:::ecs:runTask.sync', false, 'TaskSubmitFailed'],
  ['arn:aws:states:::ecs:runTask.sync', true, 'TaskFailed'],
  ['arn:aws:states:::sqs:sendMessage.waitForTaskToken', false, 'TaskSubmitFailed'],
  ['arn:aws:states:::sqs:sendMessage', false, 'TaskFailed'],
])('%s, accepted %s, fails as %s', async (Resource, accepted, event) => {
  const refusing: Integration = async (call) => {
    if (accepted) call.submitted({ Tasks: [] });
    throw new TaskFailure('ECS.ServerException', 'not now');
  };
  const other = new Stage({ anyResource: refusing });
  try {
    const end = await other.play({ Run: { Type: 'Task', Resource, End: true } });
    expect(end).toMatchObject({ status: 'FAILED', error: 'ECS.ServerException', cause: 'not now' });
    expect(other.types(end.executionArn).at(-2)).toBe(event);
  } finally {
    other.close();
  }
});
