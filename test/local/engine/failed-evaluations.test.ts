import { Stage } from './stage.ts';

/** Which event names which: as measured on AWS in September 2026 (github.com/floci-io/floci #3167). */

let stage: Stage | undefined;
afterEach(() => stage?.close());

async function linksOf(states: Readonly<Record<string, object>>, input: unknown[] | object, o = {}) {
  stage = new Stage(o);
  const { executionArn } = await stage.play(states, input as never);
  return stage.engine
    .getExecutionHistory(executionArn)
    .map(({ type, previousEventId }) => `${previousEventId} ${type}`);
}

const absent = { Type: 'Pass', Output: { v: '{% $states.input.absent %}' }, End: true };
const block = (state: object) => ({ StartAt: 'Inner', States: { Inner: state } });

test('a failed evaluation names the entry of its state, and the next attempt the one before', async () => {
  const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }];
  const Arguments = { MessageBody: '{% $states.input.absent %}' };
  const links = await linksOf(
    { Send: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments, Retry, End: true } },
    {},
  );
  expect(links).toEqual([
    '0 ExecutionStarted',
    '0 TaskStateEntered',
    '2 EvaluationFailed',
    '3 EvaluationFailed',
    '4 ExecutionFailed',
  ]);
});

test('a Map whose items cannot be evaluated fails without having started', async () => {
  const links = await linksOf(
    { Each: { Type: 'Map', Items: '{% $states.input.absent %}', ItemProcessor: block(absent), End: true } },
    {},
  );
  expect(links).toEqual([
    '0 ExecutionStarted',
    '0 MapStateEntered',
    '2 EvaluationFailed',
    '3 MapStateFailed',
    '4 ExecutionFailed',
  ]);
});

test('until December 2024 it named the event before the entry', async () => {
  const links = await linksOf(
    { First: { Type: 'Pass', Next: 'Try' }, Try: absent },
    {},
    { asOf: Date.parse('2024-11-21') },
  );
  expect(links.slice(-3)).toEqual(['3 PassStateEntered', '3 EvaluationFailed', '5 ExecutionFailed']);
});

test('in an iteration it is the last event, which the Map names too', async () => {
  const links = await linksOf({ Each: { Type: 'Map', MaxConcurrency: 1, ItemProcessor: block(absent), End: true } }, [
    {},
    {},
  ]);
  expect(links).toEqual([
    '0 ExecutionStarted',
    '0 MapStateEntered',
    '2 MapStateStarted',
    '3 MapIterationStarted',
    '4 PassStateEntered',
    '5 EvaluationFailed',
    '6 MapIterationFailed',
    '6 MapStateFailed',
    '8 ExecutionFailed',
  ]);
});

test('in a branch it is caught like any other failure', async () => {
  const links = await linksOf(
    {
      Both: {
        Type: 'Parallel',
        Branches: [block(absent)],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Succeed' },
    },
    {},
  );
  expect(links.slice(3)).toEqual([
    '3 PassStateEntered',
    '4 EvaluationFailed',
    '5 ParallelStateFailed',
    '6 ParallelStateExited',
    '7 SucceedStateEntered',
    '8 SucceedStateExited',
    '9 ExecutionSucceeded',
  ]);
});

test('in a catcher it names what the first failure named, and the state fails once more', async () => {
  const links = await linksOf(
    {
      Both: {
        Type: 'Parallel',
        Branches: [block({ Type: 'Fail', Error: 'MyError', Cause: 'my cause' })],
        Catch: [
          { ErrorEquals: ['Other'], Next: 'Done' },
          { ErrorEquals: ['States.ALL'], Output: { v: '{% $states.input.absent %}' }, Next: 'Done' },
        ],
        End: true,
      },
      Done: { Type: 'Pass', End: true },
    },
    {},
  );
  expect(links).toEqual([
    '0 ExecutionStarted',
    '0 ParallelStateEntered',
    '2 ParallelStateStarted',
    '3 FailStateEntered',
    '4 ParallelStateFailed',
    '4 EvaluationFailed',
    '6 ParallelStateFailed',
    '7 ExecutionFailed',
  ]);
});
