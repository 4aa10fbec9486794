import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TaskFailure } from '../../../lib/local/engine/engine.ts';
import { AwsError } from '../../../lib/local/wire/endpoint.ts';
import { settle } from './fake-clock.ts';
import { CALLBACK, LAMBDA, outputOf, Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

const ask = {
  Ask: { Type: 'Task', Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}', End: true },
};
const echo = { Echo: { Type: 'Pass', End: true } };

describe('starting', () => {
  test('is idempotent while the same name runs with the same input', async () => {
    const first = stage.start(ask, { a: 1 }, { name: 'run' });
    expect(stage.start(ask, { a: 1 }, { name: 'run' })).toBe(first);
    expect(() => stage.start(ask, { a: 2 }, { name: 'run' })).toThrow(
      expect.objectContaining({ code: 'ExecutionAlreadyExists' }),
    );
    stage.engine.stopExecution({ executionArn: first });
    expect(() => stage.start(ask, { a: 1 }, { name: 'run' })).toThrow(
      expect.objectContaining({ code: 'ExecutionAlreadyExists' }),
    );
    expect(stage.changes.map(({ status }) => status)).toEqual(['RUNNING', 'ABORTED']);
  });

  test.each([
    ['an unknown machine', { stateMachineArn: 'arn:none' }, 'StateMachineDoesNotExist'],
    ['an input that is no JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['an input that is too large', { input: `"${'x'.repeat(262_143)}"` }, 'InvalidExecutionInput'],
    ['a name with a slash', { name: '../run' }, 'InvalidName'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'InvalidName'],
  ])('%s is refused as on AWS', (_, more, code) => {
    const { stateMachineArn } = stage.create('machine', echo);
    expect(() => stage.engine.startExecution({ stateMachineArn, ...more })).toThrow(expect.objectContaining({ code }));
  });

  test('a running execution keeps its definition when the machine is replaced', async () => {
    const arn = stage.start({ ...ask, Ask: { ...ask.Ask, Output: 'old' } });
    await settle();
    stage.create('machine', { ...ask, Ask: { ...ask.Ask, Output: 'new' } });
    stage.engine.sendTaskSuccess({ taskToken: stage.tokens[0] ?? '', output: '1' });
    expect(outputOf(await stage.engine.whenEnded(arn))).toBe('old');
  });
});

test('status changes have the shape of the EventBridge detail', async () => {
  const end = await stage.play({ Stop: { Type: 'Fail', Error: 'E', Cause: 'C' } }, { a: 1 });
  const running = {
    executionArn: end.executionArn,
    stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine',
    name: end.name,
    status: 'RUNNING',
    startDate: Date.parse('2026-03-01T10:00:00Z'),
    stopDate: null,
    input: '{"a":1}',
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
    redriveDate: null,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
  };
  const redrivable = { redriveStatus: 'REDRIVABLE', redriveStatusReason: null };
  expect(stage.changes).toEqual([
    running,
    { ...running, ...redrivable, status: 'FAILED', stopDate: running.startDate, error: 'E', cause: 'C' },
  ]);
});

test('lists executions newest first, by machine and status', async () => {
  const first = stage.start(ask, 1, { name: 'first' });
  await stage.clock.advance(1);
  const second = stage.start(ask, 2, { name: 'second' });
  stage.engine.stopExecution({ executionArn: first });
  const names = (o = {}) => stage.engine.listExecutions(o).map(({ executionArn }) => executionArn);
  expect(names()).toEqual([second, first]);
  expect(names({ status: 'RUNNING' })).toEqual([second]);
  expect(names({ stateMachineArn: 'arn:none' })).toEqual([]);
});

describe('after a crash', () => {
  test('what ended is described as before, and what was running is running until it goes on', async () => {
    const arn = stage.start(ask, { a: 1 }, { name: 'run' });
    const done = await stage.play(echo, 'kept');
    await settle();
    stage.engine.close();

    stage.open();
    expect(stage.engine.describeExecution(done.executionArn)).toEqual(done);
    expect(stage.engine.describeExecution(arn).status).toBe('RUNNING');
    expect(stage.engine.resume().map(({ executionArn }) => executionArn)).toEqual([arn]);
    expect(stage.engine.resume()).toEqual([]);
  });

  test('a closed engine writes nothing more', async () => {
    stage.lambda = async () => stage.clock.sleep(1000).then(() => 'late');
    const arn = stage.start({ Call: { Type: 'Task', Resource: LAMBDA, End: true } });
    await settle();
    const before = stage.types(arn).length;
    stage.engine.close();
    await stage.clock.advance(2);
    stage.open();
    expect(stage.types(arn)).toHaveLength(before);
  });
});

test('histories hold tokens, so only their owner reads them', async () => {
  stage.start(ask, {}, { name: 'run' });
  await settle();
  const folder = join(stage.directory, 'executions/machine');
  expect(statSync(join(folder, readdirSync(folder)[0] ?? '')).mode & 0o077).toBe(0);
});

describe('nested executions', () => {
  const parent = (more: object = {}) => ({
    Child: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: {
        StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:child',
        Input: '{% $states.input %}',
        Name: 'the-child',
      },
      End: true,
      ...more,
    },
  });
  const childArn = 'arn:aws:states:us-east-1:111111111111:execution:child:the-child';

  test('return the description of the child with its output parsed', async () => {
    stage.create('child', { Echo: { Type: 'Pass', Output: { seen: '{% $states.input %}' }, End: true } });
    const end = await stage.play(parent(), { a: 1 });
    expect(outputOf(end)).toMatchObject({
      ExecutionArn: childArn,
      Input: { a: 1 },
      Name: 'the-child',
      Output: { seen: { a: 1 } },
      Status: 'SUCCEEDED',
    });
    expect(stage.types(end.executionArn)).toContain('TaskSubmitted');
    expect(stage.engine.describeExecution(childArn).principalArn).toMatch(
      /^arn:aws:sts::111111111111:assumed-role\/machine\/\w{32}$/,
    );
  });

  test('fail with States.TaskFailed and the description of the child as cause', async () => {
    stage.create('child', { Stop: { Type: 'Fail', Error: 'DataDiffers', Cause: 'row 7' } });
    const end = await stage.play(parent(), {});
    expect(end.error).toBe('States.TaskFailed');
    // Measured in September 2026 (github.com/floci-io/floci, AslExecutorNestedSyncFailureTest), and so is the order.
    const times = { StartDate: stage.clock.now(), StopDate: stage.clock.now() };
    expect(end.cause).toBe(
      JSON.stringify({
        Cause: 'row 7',
        Error: 'DataDiffers',
        ExecutionArn: childArn,
        Input: '{}',
        InputDetails: { Included: true },
        Name: childArn.split(':').at(-1),
        RedriveCount: 0,
        RedriveStatus: 'REDRIVABLE',
        StartDate: times.StartDate,
        StateMachineArn: childArn.replace(':execution:', ':stateMachine:').replace(/:[^:]*$/, ''),
        Status: 'FAILED',
        StopDate: times.StopDate,
      }),
    );
  });

  test('stop with their parent, and when the parent stops waiting', async () => {
    stage.create('child', ask);
    const arn = stage.start(parent(), {}, { name: 'one' });
    await settle();
    stage.engine.stopExecution({ executionArn: arn });
    const child = stage.engine.describeExecution(childArn);
    // Measured in September 2026 (github.com/floci-io/floci, AslExecutorNestedSyncTimeoutTest).
    const cause = `The Task state in AWS Step Functions execution [${arn}] which was managing this resource was aborted`;
    expect(child).toMatchObject({ status: 'ABORTED', cause });
    expect(child).not.toHaveProperty('error');
    expect(stage.events.filter(({ type }) => type === 'ExecutionAborted')).toEqual([
      expect.objectContaining({ previousEventId: 0 }),
      expect.objectContaining({ previousEventId: 0 }),
    ]);
  });

  test('are left as they stand, like their parents, when the engine closes', async () => {
    stage.create('child', ask);
    const arn = stage.start(parent(), {});
    await settle();
    const lengths = () => [arn, childArn].map((execution) => stage.types(execution).length);
    const before = lengths();
    stage.engine.close();
    await settle();
    stage.open();
    expect(lengths()).toEqual(before);
    expect(stage.engine.resume()).toHaveLength(2);
  });

  test('stop when the task that waits for them times out', async () => {
    stage.create('child', ask);
    stage.start(parent({ TimeoutSeconds: 60 }), {});
    await stage.clock.advance(60);
    expect(stage.engine.describeExecution(childArn).status).toBe('ABORTED');
  });

  test('have an empty input where theirs is null, as recorded', async () => {
    stage.create('child', echo);
    const end = await stage.play(parent(), null);
    expect(outputOf(end)).toMatchObject({ Input: {}, Output: {} });
  });

  test('without .sync only start', async () => {
    stage.create('child', ask);
    const end = await stage.play(parent({ Resource: 'arn:aws:states:::states:startExecution' }), {});
    expect(outputOf(end)).toEqual({ ExecutionArn: childArn, StartDate: Date.parse('2026-03-01T10:00:00Z') });
    expect(stage.engine.describeExecution(childArn).status).toBe('RUNNING');
  });

  test('need the permission of the role that starts them', async () => {
    stage.close();
    stage = new Stage({
      authorize: ({ roleArn }, action, resource) => {
        throw new AwsError('AccessDeniedException', 400, `${roleArn} may not ${action} on ${resource}`);
      },
    });
    stage.create('child', echo);
    const end = await stage.play(parent(), {});
    expect(end).toMatchObject({
      error: 'StepFunctions.AccessDeniedException',
      cause:
        'arn:aws:iam::111111111111:role/machine may not states:StartExecution on ' +
        'arn:aws:states:us-east-1:111111111111:stateMachine:child',
    });
  });

  test('of a name that was used fail by the name of the service', async () => {
    stage.create('child', echo);
    await stage.play(parent(), {});
    expect((await stage.play(parent(), {})).error).toBe('StepFunctions.ExecutionAlreadyExistsException');
  });
});

test('an integration that answers after the end is not heard', async () => {
  let answer: (error: Error) => void = () => {};
  stage.lambda = () => new Promise((_, reject) => (answer = reject));
  const arn = stage.start({ Call: { Type: 'Task', Resource: LAMBDA, End: true } });
  await settle();
  stage.engine.stopExecution({ executionArn: arn });
  answer(new TaskFailure('Late', ''));
  await settle();
  expect(stage.types(arn).at(-1)).toBe('ExecutionAborted');
});
