import { outputOf, Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => stage.close());

test('goes from state to state, evaluating outputs and variables', async () => {
  const end = await stage.play(
    {
      First: { Type: 'Pass', Assign: { kept: '{% $states.input.n + 1 %}' }, Output: { n: 5 }, Next: 'Second' },
      Second: { Type: 'Pass', Output: { kept: '{% $kept %}', n: '{% $states.input.n %}' }, End: true },
    },
    { n: 1 },
  );
  expect(end.status).toBe('SUCCEEDED');
  expect(outputOf(end)).toEqual({ kept: 2, n: 5 });
});

test('a variable is visible only in the next state', async () => {
  const end = await stage.play({
    First: { Type: 'Pass', Assign: { a: 1 }, Next: 'Second' },
    Second: { Type: 'Pass', Assign: { a: 2 }, Output: '{% $a %}', Next: 'Third' },
    Third: { Type: 'Pass', Output: { before: '{% $states.input %}', now: '{% $a %}' }, End: true },
  });
  expect(outputOf(end)).toEqual({ before: 1, now: 2 });
});

test('a choice takes the first rule that holds, and its own output and variables', async () => {
  const states = {
    'Is it large?': {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n > 10 %}', Assign: { size: 'large' }, Output: 'big', Next: 'End' },
        { Condition: '{% $states.input.n > 5 %}', Assign: { size: 'medium' }, Next: 'End' },
      ],
      Default: 'End',
      Assign: { size: 'small' },
    },
    End: { Type: 'Pass', Output: { size: '{% $size %}', input: '{% $states.input %}' }, End: true },
  };
  expect(outputOf(await stage.play(states, { n: 20 }))).toEqual({ size: 'large', input: 'big' });
  expect(outputOf(await stage.play(states, { n: 7 }))).toEqual({ size: 'medium', input: { n: 7 } });
  expect(outputOf(await stage.play(states, { n: 1 }))).toEqual({ size: 'small', input: { n: 1 } });
});

test('a choice without a rule that holds and without a default ends the execution, past every catcher', async () => {
  const choice = {
    Choose: { Type: 'Choice', Choices: [{ Condition: false, Next: 'End' }] },
    End: { Type: 'Succeed' },
  };
  const end = await stage.play({
    Both: {
      Type: 'Parallel',
      Branches: [{ StartAt: 'Choose', States: choice }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
      End: true,
    },
    Caught: { Type: 'Succeed' },
  });
  expect(end).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
    cause:
      "An error occurred while executing the state 'Choose' (entered at the event id #4). " +
      'Failed to transition out of the state. The state does not point to a next state.',
  });
  expect(stage.types(end.executionArn).slice(-2)).toEqual(['ChoiceStateEntered', 'ExecutionFailed']);
});

test('a condition that is not a boolean fails the evaluation', async () => {
  const end = await stage.play({
    Choose: { Type: 'Choice', Choices: [{ Condition: "{% 'yes' %}", Next: 'End' }], Default: 'End' },
    End: { Type: 'Succeed' },
  });
  expect(end.error).toBe('States.QueryEvaluationError');
  expect(end.cause).toContain("'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean'");
});

test('a wait lasts as long as it says, or until its timestamp', async () => {
  const begin = stage.clock.now();
  const end = await stage.play(
    {
      Wait: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', Next: 'Until' },
      Until: { Type: 'Wait', Timestamp: '2026-03-01T11:00:00Z', End: true },
    },
    { seconds: 90 },
  );
  expect(end.status).toBe('SUCCEEDED');
  const [, , left] = stage.events.filter(({ type }) => type.startsWith('WaitState'));
  expect((left?.timestamp ?? 0) - begin).toBe(90_000);
  expect(end.stopDate).toBe(Date.parse('2026-03-01T11:00:00Z'));
});

test.each(['2016-02-30T00:00:00Z', '2016-03-14T24:00:00Z', '2016-03-14T01:59:00', '2016-03-14 01:59:00Z', 'soon'])(
  'a wait until %s fails',
  async (Timestamp) => {
    const sleep = { Type: 'Wait', Timestamp: '{% $states.input %}', End: true };
    const end = await stage.play({ Sleep: sleep }, Timestamp);
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  },
);

test('a Fail names its error and cause, and both may be expressions', async () => {
  const end = await stage.play(
    { Stop: { Type: 'Fail', Error: 'Fenced', Cause: "{% 'by ' & $states.input %}" } },
    'run 7',
  );
  expect(end).toMatchObject({ status: 'FAILED', error: 'Fenced', cause: 'by run 7' });
});

test('the context tells execution, machine, state and retries', async () => {
  const arn = stage.start(
    { Look: { Type: 'Pass', Output: '{% $states.context %}', End: true } },
    { a: 1 },
    { name: 'run-1' },
  );
  expect(outputOf(await stage.engine.whenEnded(arn))).toEqual({
    Execution: {
      Id: 'arn:aws:states:us-east-1:111111111111:execution:machine:run-1',
      Input: { a: 1 },
      Name: 'run-1',
      RoleArn: 'arn:aws:iam::111111111111:role/machine',
      StartTime: '2026-03-01T10:00:00Z',
      RedriveCount: 0,
    },
    StateMachine: { Id: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine', Name: 'machine' },
    State: { Name: 'Look', EnteredTime: '2026-03-01T10:00:00Z' },
  });
});

test('more than 262,144 bytes are not carried', async () => {
  const end = await stage.play({ Grow: { Type: 'Pass', Output: "{% $pad('', 262143) %}", End: true } });
  expect(end).toMatchObject({
    error: 'States.DataLimitExceeded',
    cause: "The state/task 'Grow' returned a result with a size exceeding the maximum number of bytes service limit.",
  });
  const most = await stage.play({ Grow: { Type: 'Pass', Output: "{% $pad('', 262142) %}", End: true } });
  expect(most.status).toBe('SUCCEEDED');
});

test('the machine ends as TIMED_OUT after its TimeoutSeconds, as measured in August 2026 (github.com/floci-io/floci #2733)', async () => {
  const begin = stage.clock.now();
  const end = await stage.play({ Wait: { Type: 'Wait', Seconds: 900, End: true } }, {}, { TimeoutSeconds: 60 });
  expect(end).toMatchObject({ status: 'TIMED_OUT', stopDate: begin + 60_000 });
  expect(end).not.toHaveProperty('error');
  expect(stage.open().describeExecution(end.executionArn)).toEqual(end);
  expect(stage.types(end.executionArn)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionTimedOut']);
  expect(stage.events.at(-1)).toMatchObject({
    previousEventId: 0,
    executionTimedOutEventDetails: { error: 'States.Timeout' },
  });
});

test('the event of id 25,000 is the end', async () => {
  const end = await stage.play({
    Round: { Type: 'Pass', Next: 'Again' },
    Again: { Type: 'Choice', Choices: [{ Condition: true, Next: 'Round' }] },
  });
  expect(end).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
    cause: 'The execution reached the maximum number of history events (25000).',
  });
  expect(stage.events.at(-1)).toMatchObject({ id: 25_000, type: 'ExecutionFailed' });
});
