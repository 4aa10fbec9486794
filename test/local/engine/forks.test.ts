import { TaskFailure } from '../../../lib/local/engine/engine.ts';
import { settle } from './fake-clock.ts';
import { CALLBACK, LAMBDA, outputOf, Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

const call = { Type: 'Task', Resource: LAMBDA, Arguments: '{% $states.input %}', End: true };
const callback = { Type: 'Task', Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}', End: true };
const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });

test('a map runs its items and keeps their order', async () => {
  stage.lambda = async ({ arguments: n }) => {
    await stage.clock.sleep((10 - Number(n)) * 1000);
    return Number(n) * 2;
  };
  const end = await stage.play({ All: { Type: 'Map', ItemProcessor: branch('One', call), End: true } }, [1, 2, 3]);
  expect(outputOf(end)).toEqual([2, 4, 6]);
});

test('an item selector sees index, value, input and variables', async () => {
  const end = await stage.play(
    {
      Set: { Type: 'Pass', Assign: { v: 9 }, Next: 'All' },
      All: {
        Type: 'Map',
        Items: '{% $states.input.list %}',
        ItemSelector: { at: '{% $states.context.Map.Item %}', v: '{% $v %}', size: '{% $count($states.input.list) %}' },
        ItemProcessor: branch('One', { Type: 'Pass', End: true }),
        End: true,
      },
    },
    { list: ['a'] },
  );
  expect(outputOf(end)).toEqual([{ at: { Index: 0, Value: 'a', Source: 'STATE_DATA' }, v: 9, size: 1 }]);
});

test('until September 2025 an item named no source', async () => {
  stage.close();
  stage = new Stage({ asOf: Date.parse('2025-09-17') });
  const shown = { Type: 'Pass', Output: '{% $states.context.Map.Item %}', End: true };
  const end = await stage.play({ All: { Type: 'Map', ItemProcessor: branch('One', shown), End: true } }, ['a']);
  expect(outputOf(end)).toEqual([{ Index: 0, Value: 'a' }]);
});

test('MaxConcurrency limits how many items are under way', async () => {
  let now = 0;
  let most = 0;
  stage.lambda = async () => {
    most = Math.max(most, ++now);
    await stage.clock.sleep(1000);
    return now--;
  };
  const state = { Type: 'Map', MaxConcurrency: '{% 2 + 1 %}', ItemProcessor: branch('One', call), End: true };
  expect((await stage.play({ All: state }, [1, 2, 3, 4, 5, 6, 7])).status).toBe('SUCCEEDED');
  expect(most).toBe(3);
});

test('a branch reads outer variables and keeps its own to itself', async () => {
  const end = await stage.play({
    Set: { Type: 'Pass', Assign: { outer: 1 }, Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Arguments: { given: 2 },
      Branches: [
        {
          StartAt: 'A',
          States: {
            A: { Type: 'Pass', Assign: { inner: '{% $outer + $states.input.given %}' }, Next: 'B' },
            B: { Type: 'Pass', Output: '{% $inner %}', End: true },
          },
        },
        branch('C', { Type: 'Pass', Output: '{% $exists($inner) %}', End: true }),
      ],
      Next: 'After',
    },
    After: { Type: 'Pass', Output: { branches: '{% $states.input %}', inner: '{% $exists($inner) %}' }, End: true },
  });
  expect(outputOf(end)).toEqual({ branches: [3, false], inner: false });
});

test('when a branch fails, the others are stopped, their work aborted and their states recorded', async () => {
  const signals: AbortSignal[] = [];
  stage.lambda = async ({ stateName, signal }) => {
    signals.push(signal);
    if (stateName === 'Slow') return new Promise(() => {});
    await stage.clock.sleep(1000);
    throw new TaskFailure('Broken', 'boom');
  };
  const end = await stage.play({
    Both: {
      Type: 'Parallel',
      Branches: [
        branch('Slow', call),
        branch('Broken', call),
        branch('Wait', { Type: 'Wait', Seconds: 99, End: true }),
      ],
      Catch: [{ ErrorEquals: ['Broken'], Next: 'Caught' }],
      End: true,
    },
    Caught: { Type: 'Succeed' },
  });
  expect(outputOf(end)).toEqual({ Error: 'Broken', Cause: 'boom' });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  const types = stage.types(end.executionArn);
  expect(types.slice(types.indexOf('TaskFailed'))).toEqual([
    'TaskFailed',
    'TaskStateAborted',
    'TaskStateAborted',
    'WaitStateAborted',
    'ParallelStateFailed',
    'ParallelStateExited',
    'SucceedStateEntered',
    'SucceedStateExited',
    'ExecutionSucceeded',
  ]);
});

test('the tokens of a stopped branch are dead', async () => {
  stage.lambda = async () => {
    throw new TaskFailure('Broken', '');
  };
  const end = await stage.play({
    Both: { Type: 'Parallel', Branches: [branch('Ask', callback), branch('Broken', call)], End: true },
  });
  expect(end.error).toBe('Broken');
  expect(() => stage.engine.sendTaskSuccess({ taskToken: stage.tokens[0] ?? '', output: '1' })).toThrow(
    expect.objectContaining({ code: 'TaskTimedOut' }),
  );
});

test('a failed map is tried again as a whole, and iterations that were stopped say so', async () => {
  let calls = 0;
  stage.lambda = async ({ arguments: n }) => {
    calls++;
    if (n === 1) return n;
    if (calls < 4 && n === 2) throw new TaskFailure('Once', '');
    if (calls < 4) return new Promise(() => {});
    return n;
  };
  const end = await stage.play(
    {
      All: { Type: 'Map', ItemProcessor: branch('One', call), Retry: [{ ErrorEquals: ['Once'] }], End: true },
    },
    [1, 2, 3],
  );
  expect(outputOf(end)).toEqual([1, 2, 3]);
  const types = stage.types(end.executionArn);
  expect(types.filter((type) => type === 'MapStateStarted')).toHaveLength(2);
  expect(types.filter((type) => /Iteration(Failed|Aborted)|StateAborted/.test(type))).toEqual([
    'MapIterationAborted',
    'TaskStateAborted',
    'MapIterationFailed',
  ]);
});

describe('what is recorded of a cut names the last event of the part that failed (github.com/floci-io/floci, AslExecutorParallelCutTest)', () => {
  const failing = {
    StartAt: 'Pause',
    States: {
      Pause: { Type: 'Wait', Seconds: 1, Next: 'Boom' },
      Boom: { Type: 'Fail', Error: 'Boom', Cause: 'sibling failed' },
    },
  };
  const long = { Type: 'Wait', Seconds: 20, End: true };

  const tailOf = (executionArn: string) => {
    const events = stage.engine.getExecutionHistory(executionArn);
    const failure = events.findIndex(({ type }) => type === 'FailStateEntered');
    return events.slice(failure).map(({ type, id, previousEventId }) => `${id - previousEventId} ${type}`);
  };

  test('of each branch of a Parallel', async () => {
    stage.lambda = () => new Promise(() => {});
    const Branches = [branch('Slow', call), failing, branch('Long', long)];
    const end = await stage.play({ Both: { Type: 'Parallel', Branches, End: true } });
    expect(tailOf(end.executionArn)).toEqual([
      expect.stringMatching('FailStateEntered'),
      '1 TaskStateAborted',
      '2 WaitStateAborted',
      '3 ParallelStateFailed',
      '1 ExecutionFailed',
    ]);
  });

  test('of each iteration of a Map, which is aborted before its state', async () => {
    stage.lambda = () => new Promise(() => {});
    const ItemProcessor = {
      StartAt: 'Route',
      States: {
        Route: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $states.input = "fail" %}', Next: 'Pause' },
            { Condition: '{% $states.input = "done" %}', Next: 'Done' },
            { Condition: '{% $states.input = "long" %}', Next: 'Long' },
          ],
          Default: 'Slow',
        },
        ...failing.States,
        Long: long,
        Slow: call,
        Done: { Type: 'Pass', End: true },
      },
    };
    const end = await stage.play({ All: { Type: 'Map', ItemProcessor, End: true } }, ['slow', 'fail', 'done', 'long']);
    expect(tailOf(end.executionArn)).toEqual([
      expect.stringMatching('FailStateEntered'),
      '1 MapIterationAborted',
      '2 TaskStateAborted',
      '3 MapIterationAborted',
      '4 WaitStateAborted',
      '5 MapIterationFailed',
      '6 MapStateFailed',
      '1 ExecutionFailed',
    ]);
  });

  test('of nothing that had failed before', async () => {
    stage.lambda = async () => {
      throw new TaskFailure('Again', '');
    };
    const inner = {
      Type: 'Map',
      Items: [1],
      ItemProcessor: branch('One', call),
      Retry: [{ ErrorEquals: ['Again'], IntervalSeconds: 60 }],
      End: true,
    };
    const end = await stage.play({
      Both: { Type: 'Parallel', Branches: [branch('Inner', inner), failing], End: true },
    });
    expect(tailOf(end.executionArn)).toEqual([
      expect.stringMatching('FailStateEntered'),
      '1 MapStateAborted',
      '2 ParallelStateFailed',
      '1 ExecutionFailed',
    ]);
  });
});

test('nested maps and parallels end inside out', async () => {
  const inner = {
    Type: 'Map',
    ItemProcessor: branch('Leaf', { Type: 'Pass', Output: '{% $states.input * 10 %}', End: true }),
    End: true,
  };
  const outer = {
    Type: 'Parallel',
    Branches: [branch('Inner', inner), branch('Echo', { Type: 'Pass', End: true })],
    End: true,
  };
  const end = await stage.play({ All: { Type: 'Map', ItemProcessor: branch('Fork', outer), End: true } }, [
    [1, 2],
    [3],
  ]);
  expect(outputOf(end)).toEqual([
    [
      [10, 20],
      [1, 2],
    ],
    [[30], [3]],
  ]);
});

test('stopping an execution stops every branch', async () => {
  const signals: AbortSignal[] = [];
  stage.lambda = ({ signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const arn = stage.start({ All: { Type: 'Map', ItemProcessor: branch('One', call), End: true } }, [1, 2]);
  await settle();
  stage.engine.stopExecution({ executionArn: arn, error: 'Stopped', cause: 'by hand' });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  const events = stage.types(arn);
  await settle();
  expect(stage.types(arn)).toEqual(events);
  expect(stage.engine.describeExecution(arn)).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'by hand' });
});

// How many turns an expression takes decides which of two items is first: the sizes cover both.
describe.each([1, 5, 20, 100])('an item fails while the selector of another works through %i numbers', (size) => {
  const one = {
    StartAt: 'Which',
    States: {
      Which: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.v = 1 %}', Next: 'Go' }], Default: 'Done' },
      Done: { Type: 'Pass', End: true },
      Go: { Type: 'Pass', Next: 'On' },
      On: { Type: 'Pass', Next: 'Break' },
      Break: { Type: 'Fail', Error: 'Broken' },
    },
  };
  const map = (more: object) => ({
    All: {
      Type: 'Map',
      Items: [0, 1, 2, 3],
      MaxConcurrency: 2,
      ItemSelector: {
        v: '{% $states.context.Map.Item.Value %}',
        s: `{% $sum($map([1..${size}], function($x) { $x * 2 })) %}`,
      },
      ItemProcessor: one,
      End: true,
      ...more,
    },
    Ask: callback,
  });
  const recovery = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Ask' }] };

  test.each([
    ['nothing handles it', {}, 'FAILED'],
    ['it is caught', recovery, 'RUNNING'],
    ['it is tried again', { Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 1 }], ...recovery }, 'RUNNING'],
  ])('and %s: that item is not begun, and the history can be read again', async (_, more, status) => {
    const arn = stage.start(map(more));
    await stage.clock.advance(5);
    expect(stage.engine.describeExecution(arn).status).toBe(status);
    const events = stage.types(arn);
    for (const [at, type] of events.entries()) {
      if (type !== 'MapIterationStarted') continue;
      const state = events.slice(0, at).findLast((each) => /^MapState|^MapIterationFailed/.test(each));
      expect({ at, after: state }).toEqual({ at, after: 'MapStateStarted' });
    }
    stage.engine.close();
    const going = stage.open().resume();
    expect(going.map((each) => each.executionArn)).toEqual(status === 'RUNNING' ? [arn] : []);
  });
});
