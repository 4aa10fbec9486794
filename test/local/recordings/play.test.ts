import type { Kind, RecordedCase } from '../../../lib/local/recordings/case.ts';
import { play } from '../../../lib/local/recordings/play.ts';

/** Plays a case as it stands in a pack. */
const played = (kind: Kind, recorded: Omit<RecordedCase, 'name' | 'kind'>) =>
  play({
    row: { name: 'made up', kind, queryLanguage: 'JSONata', features: [] },
    read: () => ({ name: 'made up', kind, ...recorded }),
  });

const passed = { verdict: 'passed', reasons: [] };

test.each([
  ['2024-11-21T11:07:38+00:00', 0],
  ['2024-12-27T09:57:25+00:00', 2],
  [null, 2],
])('validated on AWS %s, a failed evaluation at the first state names the event %s', async (validatedOnAws, link) => {
  const cause =
    "An error occurred while executing the state 'Try' (entered at the event id #2). " +
    "The JSONata expression '$absent' specified for the field 'Output' returned nothing (undefined).";
  const failure = { error: 'States.QueryEvaluationError', cause };
  const details = { input: {}, inputDetails: { truncated: false } };
  expect(
    await played('execution', {
      validatedOnAws,
      definition: {
        QueryLanguage: 'JSONata',
        StartAt: 'Try',
        States: { Try: { Type: 'Pass', Output: '{% $absent %}', End: true } },
      },
      input: {},
      expected: {
        status: 'FAILED',
        ...failure,
        events: [
          {
            id: 1,
            previousEventId: 0,
            type: 'ExecutionStarted',
            executionStartedEventDetails: { ...details, roleArn: '<role>' },
          },
          {
            id: 2,
            previousEventId: 0,
            type: 'PassStateEntered',
            stateEnteredEventDetails: { ...details, name: 'Try' },
          },
          {
            id: 3,
            previousEventId: link,
            type: 'EvaluationFailed',
            evaluationFailedEventDetails: { ...failure, location: 'Output', state: 'Try' },
          },
          { id: 4, previousEventId: 3, type: 'ExecutionFailed', executionFailedEventDetails: failure },
        ],
      },
    }),
  ).toMatchObject(passed);
});

test('a TestState whose answer shows no role was asked without one', async () => {
  const definition = {
    QueryLanguage: 'JSONata',
    Type: 'Pass',
    Output: '{% $states.context.Execution ~> |$|{}, ["Id", "Name", "StartTime"]| %}',
    End: true,
  };
  const answer = (RoleArn: string | null) => ({ output: { Input: 1, RoleArn }, status: 'SUCCEEDED' });
  expect(await played('teststate', { definition, input: 1, expected: answer(null) })).toMatchObject(passed);
  expect(await played('teststate', { definition, input: 1, expected: answer('<role>') })).toMatchObject(passed);
});

test.each([
  [undefined, 'TaskFailed'],
  ['TaskSubmitFailed', 'TaskSubmitFailed'],
])('a failure of the event %s is %s', async (event, type) => {
  const Resource = 'arn:aws:states:::batch:submitJob.sync';
  const fails = { error: 'Batch.ServerException', cause: 'not now' };
  const { reasons } = await played('execution', {
    definition: {
      QueryLanguage: 'JSONata',
      StartAt: 'Submit',
      States: { Submit: { Type: 'Task', Resource, End: true } },
    },
    input: {},
    tasks: { Submit: [{ fails, ...(event !== undefined && { event }) }] },
    expected: { status: 'FAILED', ...fails, events: [] },
  });
  expect(reasons.some((reason) => reason.includes(`"type":"${type}"`))).toBe(true);
});
