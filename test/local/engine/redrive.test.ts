import { TaskFailure } from '../../../lib/local/engine/engine.ts';
import { settle } from './fake-clock.ts';
import { CALLBACK, LAMBDA, outputOf, Stage } from './stage.ts';

const DAY = 86_400;

let stage: Stage;
/** Arguments of the calls that fail. */
let bad: Set<unknown>;
/** Arguments of all calls, in order. */
let calls: unknown[];
beforeEach(() => {
  bad = new Set();
  calls = [];
  stage = new Stage();
  stage.lambda = async ({ arguments: given }) => {
    calls.push(given);
    if (bad.has(given)) throw new TaskFailure('Bad', String(given));
    return given;
  };
});
afterEach(() => stage.close());

const call = (more: object = {}) => ({ Type: 'Task', Resource: LAMBDA, ...more });
const ask = { Type: 'Task', Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}', End: true };
const end = (executionArn: string) => stage.engine.describeExecution(executionArn);
const redrive = (executionArn: string, clientToken?: string) =>
  stage.engine.redriveExecution({ executionArn, ...(clientToken !== undefined && { clientToken }) });
/** Redrives when everything is well again, and returns the types of the events that this adds. */
async function mended(executionArn: string): Promise<string[]> {
  const before = stage.types(executionArn).length;
  bad.clear();
  calls = [];
  redrive(executionArn);
  await settle();
  return stage.types(executionArn).slice(before);
}

test('goes on in the state that failed, under the same ARN, with the same input and its attempts counted anew', async () => {
  bad.add('b');
  const Retry = [{ ErrorEquals: ['Bad'], IntervalSeconds: 1, MaxAttempts: 2 }];
  const context = '{% [$states.context.Execution.RedriveCount, $states.context.Execution.RedriveTime] %}';
  const arn = stage.start({
    First: call({ Arguments: 'a', Assign: { seen: '{% $states.result %}' }, Next: 'Second' }),
    Second: call({ Arguments: 'b', Retry, Output: { context, seen: '{% $seen %}' }, End: true }),
  });
  await stage.clock.advance(10);
  expect(end(arn)).toMatchObject({ status: 'FAILED', error: 'Bad', redriveCount: 0 });
  expect(calls).toEqual(['a', 'b', 'b', 'b']);
  const { startDate } = end(arn);

  calls = [];
  redrive(arn);
  expect(end(arn)).toMatchObject({ status: 'RUNNING', redriveCount: 1, redriveDate: stage.clock.now(), startDate });
  expect(end(arn)).not.toHaveProperty('error');
  expect(end(arn)).not.toHaveProperty('stopDate');
  await stage.clock.advance(10);
  expect(calls).toEqual(['b', 'b', 'b']);
  expect(end(arn)).toMatchObject({ status: 'FAILED', redriveCount: 1 });

  expect(await mended(arn)).toEqual([
    'ExecutionRedriven',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  expect(outputOf(end(arn))).toEqual({ seen: 'a', context: [2, '2026-03-01T10:00:20Z'] });
  const ids = stage.engine.getExecutionHistory(arn).map(({ id }) => id);
  expect(ids).toEqual(ids.map((_, index) => index + 1));
  expect(stage.changes.map(({ status, redriveCount }) => [status, redriveCount])).toEqual([
    ['RUNNING', 0],
    ['FAILED', 0],
    ['RUNNING', 1],
    ['FAILED', 1],
    ['RUNNING', 2],
    ['SUCCEEDED', 2],
  ]);
});

test('works at the branches of a Parallel again that failed or were stopped, at no other', async () => {
  bad.add('b');
  const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
  const arn = stage.start({
    All: {
      Type: 'Parallel',
      Branches: [
        branch('A', call({ Arguments: 'a', End: true })),
        branch('B', { Type: 'Wait', Seconds: 5, Next: 'C' }),
        branch('D', ask),
      ].map((each, index) =>
        index === 1 ? { ...each, States: { ...each.States, C: call({ Arguments: 'b', End: true }) } } : each,
      ),
      End: true,
    },
  });
  await stage.clock.advance(5);
  expect(end(arn)).toMatchObject({ status: 'FAILED', error: 'Bad' });
  expect(calls).toEqual(['a', 'b']);
  const [old = ''] = stage.tokens;
  // Again in vain: the others are stopped again, and that is written again.
  const before = stage.types(arn).length;
  redrive(arn);
  await settle();
  expect(stage.types(arn).slice(before)).toContain('TaskStateAborted');

  const added = await mended(arn);
  expect(added).not.toContain('ParallelStateEntered');
  expect(added).not.toContain('ParallelStateStarted');
  expect(calls).toEqual(['b']);
  expect(() => stage.engine.sendTaskSuccess({ taskToken: old, output: '1' })).toThrow(
    expect.objectContaining({ code: 'TaskTimedOut' }),
  );
  stage.engine.sendTaskSuccess({ taskToken: stage.tokens.at(-1) ?? '', output: '"d"' });
  await settle();
  expect(outputOf(end(arn))).toEqual(['a', 'b', 'd']);
});

test('works at the iterations of a Map again that failed, and at those that were not begun', async () => {
  bad.add(2);
  const arn = stage.start(
    {
      Each: {
        Type: 'Map',
        Items: '{% $states.input %}',
        MaxConcurrency: 1,
        ItemProcessor: { StartAt: 'Do', States: { Do: call({ Arguments: '{% $states.input %}', End: true }) } },
        End: true,
      },
    },
    [1, 2, 3],
  );
  await settle();
  expect(end(arn).status).toBe('FAILED');
  expect(calls).toEqual([1, 2]);
  const added = await mended(arn);
  expect(calls).toEqual([2, 3]);
  expect(added).not.toContain('MapStateStarted');
  expect(added.filter((type) => type === 'MapIterationSucceeded')).toHaveLength(2);
  expect(outputOf(end(arn))).toEqual([1, 2, 3]);
});

test('redrives the run of a distributed Map, in which only the children run again that did not end well', async () => {
  bad.add(2);
  const arn = stage.start(
    {
      Each: {
        Type: 'Map',
        Items: '{% $states.input %}',
        ToleratedFailureCount: 0,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Do',
          States: { Do: call({ Arguments: '{% $states.input %}', End: true }) },
        },
        End: true,
      },
    },
    [1, 2, 3],
  );
  await settle();
  expect(end(arn)).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
  const started = stage.engine.getExecutionHistory(arn).find(({ type }) => type === 'MapRunStarted');
  await stage.clock.advance(1);
  const added = await mended(arn);
  expect(added).toEqual([
    'ExecutionRedriven',
    'MapRunRedriven',
    'MapRunSucceeded',
    'MapStateSucceeded',
    'MapStateExited',
    'ExecutionSucceeded',
  ]);
  const again = stage.engine.getExecutionHistory(arn).find(({ type }) => type === 'MapRunRedriven');
  expect(again?.mapRunRedrivenEventDetails).toEqual({
    mapRunArn: started?.mapRunStartedEventDetails?.mapRunArn,
    redriveCount: 1,
  });
  expect(calls).toContain(2);
  expect(calls).not.toContain(1);
  expect(outputOf(end(arn))).toEqual([1, 2, 3]);
});

test('goes on after a stop, with a new token; the old one is dead', async () => {
  const arn = stage.start({ Ask: ask });
  await settle();
  stage.engine.stopExecution({ executionArn: arn });
  redrive(arn);
  await settle();
  const [old = '', fresh = ''] = stage.tokens;
  expect(() => stage.engine.sendTaskSuccess({ taskToken: old, output: '1' })).toThrow(
    expect.objectContaining({ code: 'TaskTimedOut' }),
  );
  stage.engine.sendTaskSuccess({ taskToken: fresh, output: '1' });
  await settle();
  expect(end(arn).status).toBe('SUCCEEDED');
});

test("winds up the machine's timeout again, and that of the state", async () => {
  const arn = stage.start({ Ask: { ...ask, TimeoutSeconds: 50 } }, {}, { machine: { TimeoutSeconds: 30 } });
  await stage.clock.advance(30);
  expect(end(arn).status).toBe('TIMED_OUT');
  await stage.clock.advance(1000);
  redrive(arn);
  await stage.clock.advance(29);
  expect(end(arn).status).toBe('RUNNING');
  await stage.clock.advance(1);
  expect(end(arn)).toMatchObject({ status: 'TIMED_OUT', redriveCount: 1 });
});

test('enters a Fail again, which fails again; a Choice is asked again', async () => {
  const failing = stage.start({ No: { Type: 'Fail', Error: 'No' } });
  await settle();
  expect(await mended(failing)).toEqual(['ExecutionRedriven', 'FailStateEntered', 'ExecutionFailed']);
  const Choices = [{ Condition: '{% $states.context.Execution.RedriveCount > 0 %}', Next: 'Yes' }];
  const chosen = stage.start({ Which: { Type: 'Choice', Choices }, Yes: { Type: 'Succeed' } });
  await settle();
  expect(end(chosen)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  expect(await mended(chosen)).toEqual([
    'ExecutionRedriven',
    'ChoiceStateExited',
    'SucceedStateEntered',
    'SucceedStateExited',
    'ExecutionSucceeded',
  ]);
});

describe('is refused', () => {
  const refusal = (arn: string) => {
    try {
      redrive(arn);
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      return [code, message];
    }
    return undefined;
  };

  test('while the execution runs, when it ended well, and when there is none', async () => {
    const running = stage.start({ Ask: ask });
    expect(refusal(running)).toEqual(['ExecutionNotRedrivable', 'Execution is RUNNING and cannot be redriven']);
    const well = stage.start({ Pass: { Type: 'Pass', End: true } });
    await settle();
    expect(refusal(well)).toEqual(['ExecutionNotRedrivable', 'Execution is SUCCEEDED and cannot be redriven']);
    expect(stage.engine.whyNotRedrivable(well)).toBe('Execution is SUCCEEDED and cannot be redriven');
    expect(refusal(`${well}-other`)?.[0]).toBe('ExecutionDoesNotExist');
  });

  test('14 days after the end, not before', async () => {
    const arn = stage.start({ No: { Type: 'Fail', Error: 'No' } });
    await settle();
    await stage.clock.advance(14 * DAY);
    expect(stage.engine.whyNotRedrivable(arn)).toBeUndefined();
    await stage.clock.advance(1);
    expect(refusal(arn)).toEqual(['ExecutionNotRedrivable', 'Execution redrivable period exceeded']);
  });

  test('a year after the start', async () => {
    const arn = stage.start({ Wait: { Type: 'Wait', Seconds: 364 * DAY, Next: 'No' }, No: { Type: 'Fail' } });
    await stage.clock.advance(364 * DAY);
    expect(end(arn).status).toBe('FAILED');
    await stage.clock.advance(DAY + 1);
    expect(refusal(arn)).toEqual(['ExecutionNotRedrivable', 'Execution has exceeded the max execution time']);
  });

  test('when too many executions are open', async () => {
    stage.close();
    stage = new Stage({ mostOpen: 1 });
    const arn = stage.start({ Ask: ask });
    stage.engine.stopExecution({ executionArn: arn });
    stage.start({ Ask: ask });
    expect(refusal(arn)?.[0]).toBe('ExecutionLimitExceeded');
    expect(() => stage.start({ Ask: ask })).toThrow(expect.objectContaining({ code: 'ExecutionLimitExceeded' }));
  });
});

test('the same client token within 15 minutes is the same redrive', async () => {
  const arn = stage.start({ No: { Type: 'Fail', Error: 'No' } });
  await settle();
  const first = redrive(arn, 'once');
  await stage.clock.advance(15 * 60);
  expect(redrive(arn, 'once')).toEqual(first);
  expect(end(arn).redriveCount).toBe(1);
  await stage.clock.advance(1);
  expect(redrive(arn, 'once')).not.toEqual(first);
  await settle();
  expect(redrive(arn, 'twice')).toEqual({ redriveDate: stage.clock.now() });
  expect(end(arn).redriveCount).toBe(3);
});

test('executions are listed by whether they were redriven', async () => {
  const arn = stage.start({ No: { Type: 'Fail', Error: 'No' } });
  const other = stage.start({ No: { Type: 'Fail', Error: 'No' } });
  await settle();
  redrive(arn);
  const listed = (redriven: boolean) => stage.engine.listExecutions({ redriven }).map((each) => each.executionArn);
  expect(listed(true)).toEqual([arn]);
  expect(listed(false)).toEqual([other]);
});

describe('after the engine was started again', () => {
  test('an execution that ended before can be redriven, and one that was is known', async () => {
    bad.add('b');
    const arn = stage.start({ Do: call({ Arguments: 'b', End: true }) });
    await settle();
    redrive(arn, 'once');
    await settle();
    const before = end(arn);
    stage.engine.close();
    stage.open();
    expect(end(arn)).toEqual(before);
    expect(redrive(arn, 'once')).toEqual({ redriveDate: before.redriveDate });
    expect(await mended(arn)).toContain('ExecutionSucceeded');
    expect(end(arn)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 2 });
  });

  test('a child that was redriven by itself goes on: nobody waits for it', async () => {
    const { stateMachineArn } = stage.create('child', { Ask: ask });
    const parent = stage.start({
      Child: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: stateMachineArn, Name: 'one' },
        End: true,
      },
    });
    await settle();
    stage.engine.stopExecution({ executionArn: parent });
    const child = stateMachineArn.replace(':stateMachine:', ':execution:').concat(':one');
    redrive(child);
    await settle();
    stage.engine.close();
    stage.open().resume();
    await settle();
    expect(end(child).status).toBe('RUNNING');
  });
});
