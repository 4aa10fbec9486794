import type { Json } from '../../../../lib/local/engine/engine.ts';
import type { TestStateRequest } from '../../../../lib/local/engine/test-state/request.ts';
import { LAMBDA, ROLE, Stage } from '../stage.ts';

/** TestState in the engine; what AWS answered is in the recordings. */
let stage: Stage;
beforeEach(() => {
  stage = new Stage();
  stage.clock.leaping = true;
});
afterEach(() => stage.close());

type Asked = Omit<TestStateRequest, 'definition' | 'input'> & { readonly input?: Json };

/** The answer, its JSON texts parsed. */
async function ask(definition: object, { input, ...more }: Asked = {}) {
  const { output, inspectionData, ...rest } = await stage.engine.testState({
    definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
    ...(input !== undefined && { input: JSON.stringify(input) }),
    ...more,
  });
  const parsed = (value: unknown) => (typeof value === 'string' ? (JSON.parse(value) as Json) : value);
  return {
    ...rest,
    ...(output !== undefined && { output: parsed(output) }),
    ...(inspectionData && {
      inspectionData: Object.fromEntries(Object.entries(inspectionData).map(([name, value]) => [name, parsed(value)])),
    }),
  };
}

const refusal = (definition: object, more: Asked = {}) =>
  ask(definition, more).then(
    () => 'not refused',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );

const task = { Type: 'Task', Resource: LAMBDA, End: true };
const branch = (name: string) => ({ StartAt: name, States: { [name]: { Type: 'Pass', End: true } } });
const parallel = { Type: 'Parallel', Branches: [branch('A'), branch('B')], End: true };
const map = { Type: 'Map', Items: '{% $states.input %}', ItemProcessor: branch('A'), End: true };
const mocked = (result: Json) => ({ mock: { result: JSON.stringify(result) } });
const failing = (error: string) => ({ mock: { errorOutput: { error, cause: 'why' } } });

test('runs a state, says where it leads and what it left, and leaves no execution', async () => {
  const pass = { Type: 'Pass', Assign: { b: '{% $a + 1 %}' }, Output: '{% $states.input.n * $a %}', Next: 'There' };
  expect(await ask(pass, { input: { n: 2 }, variables: '{"a":3}', inspectionLevel: 'DEBUG' })).toEqual({
    status: 'SUCCEEDED',
    output: 6,
    nextState: 'There',
    inspectionData: { input: { n: 2 }, variables: { a: 3, b: 4 } },
  });
  expect(await ask({ Type: 'Choice', Choices: [{ Condition: true, Next: 'A' }] })).toMatchObject({ nextState: 'A' });
  expect(await ask({ Type: 'Wait', Seconds: 20, End: true })).toEqual({ status: 'SUCCEEDED', output: {} });
  expect(stage.engine.listExecutions()).toEqual([]);
  expect(stage.events).toEqual([]);
});

test('a failed expression is a failed state, not a refusal', async () => {
  const answer = await ask({ Type: 'Pass', Output: '{% $states.input.none %}', End: true });
  expect(answer).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  expect(answer.cause).toContain("executing the state 'StateName'");
});

test('calls what is not mocked, and shows what was asked and answered', async () => {
  stage.lambda = async () => ({ Payload: 7 });
  const answer = await ask(
    { ...task, Arguments: { FunctionName: 'f' }, Output: '{% $states.result.Payload %}' },
    { roleArn: ROLE, inspectionLevel: 'TRACE' },
  );
  expect(answer).toEqual({
    status: 'SUCCEEDED',
    output: 7,
    inspectionData: { input: {}, afterArguments: { FunctionName: 'f' }, result: { Payload: 7 } },
  });
});

test('takes five minutes at most', async () => {
  expect(await ask({ Type: 'Wait', Seconds: 301, End: true })).toEqual({ status: 'FAILED', error: 'States.Timeout' });
});

test('a mocked error goes by Retry, then by Catch, as often as it was tried', async () => {
  const wary = {
    ...task,
    Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 2 }],
    Catch: [
      { ErrorEquals: ['F'], Next: 'F' },
      { ErrorEquals: ['E'], Next: 'G', Assign: { e: '{% $states.errorOutput.Error %}' } },
    ],
  };
  const at = (retrierRetryCount: number) =>
    ask(wary, { ...failing('E'), stateConfiguration: { retrierRetryCount }, inspectionLevel: 'DEBUG' });
  expect(await at(1)).toMatchObject({
    status: 'RETRIABLE',
    error: 'E',
    cause: 'why',
    inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 6 } },
  });
  expect(await at(2)).toMatchObject({
    status: 'CAUGHT_ERROR',
    nextState: 'G',
    output: { Error: 'E', Cause: 'why' },
    inspectionData: { errorDetails: { catchIndex: 1 }, variables: { e: 'E' } },
  });
  expect(await ask(wary, failing('H'))).toEqual({ status: 'FAILED', error: 'H', cause: 'why' });
});

test('shows the variables that it was given, where the state fails, too', async () => {
  const variables = JSON.stringify({ v: 1 });
  const answer = await ask({ Type: 'Fail', Error: 'E' }, { variables, inspectionLevel: 'DEBUG' });
  expect(answer).toMatchObject({ status: 'FAILED', inspectionData: { variables: { v: 1 } } });
});

// Measured: github.com/floci-io/floci, StepFunctionsJsonataIntegrationTest. An execution fails there.
test('a catcher whose own Output fails is told without an output', async () => {
  const wary = { ...task, Catch: [{ ErrorEquals: ['E'], Next: 'G', Output: '{% $states.input.none %}' }] };
  expect(await ask(wary, failing('E'))).toEqual({ status: 'CAUGHT_ERROR', error: 'E', cause: 'why', nextState: 'G' });
});

test('a map shows what its items become, and fails by its threshold', async () => {
  const shaped = {
    ...map,
    ItemSelector: { v: '{% $states.context.Map.Item.Value %}' },
    ItemBatcher: { MaxItemsPerBatch: 2 },
    ItemProcessor: { ...branch('A'), ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
    ToleratedFailurePercentage: 50,
  };
  const asked = { input: [1, 2, 3], inspectionLevel: 'DEBUG' as const };
  const items = [{ v: 1 }, { v: 2 }, { v: 3 }];
  expect(await ask(shaped, { ...asked, ...mocked(['a', 'b']) })).toEqual({
    status: 'SUCCEEDED',
    output: ['a', 'b'],
    inspectionData: {
      input: [1, 2, 3],
      afterItemSelector: items,
      afterItemBatcher: [{ Items: items.slice(0, 2) }, { Items: items.slice(2) }],
      maxConcurrency: 0,
      toleratedFailurePercentage: 50,
    },
  });
  const failed = (mapIterationFailureCount: number) =>
    ask(shaped, { ...asked, ...mocked(['a', 'b']), stateConfiguration: { mapIterationFailureCount } });
  expect((await failed(1)).status).toBe('SUCCEEDED');
  expect(await failed(2)).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
});

test('a given context is the whole context', async () => {
  const look = { ...task, Resource: `${LAMBDA}.waitForTaskToken`, Arguments: '{% $states.context %}' };
  const context = { Execution: { Id: 'x' }, Task: { Token: 'abc' } };
  const answer = await ask(look, { context: JSON.stringify(context), inspectionLevel: 'DEBUG', ...mocked(1) });
  expect(answer.inspectionData?.afterArguments).toEqual(context);
});

test('a state inside a map is tested as that of the first item', async () => {
  const inner = { Type: 'Pass', Output: '{% $states.context.Map.Item %}', End: true };
  const each = { ...map, ItemProcessor: { StartAt: 'Inner', States: { Inner: inner } } };
  const machine = { StartAt: 'Each', States: { Each: each } };
  expect(await ask(machine, { stateName: 'Inner', input: { n: 1 } })).toMatchObject({
    output: { Index: 0, Value: { n: 1 }, Source: 'STATE_DATA' },
  });
  expect(await ask(inner, { input: { n: 1 } })).toMatchObject({ status: 'FAILED' });
});

test('finds a state by name, inside a map too', async () => {
  const machine = { StartAt: 'Each', States: { Each: { ...map, ItemProcessor: branch('Inner') } } };
  expect(await ask(machine, { stateName: 'Inner', input: 5 })).toEqual({ status: 'SUCCEEDED', output: 5 });
  expect(await refusal(machine, { stateName: 'Nobody' })).toBe('ValidationException: State not found in definition');
});

describe('refuses, in the words of AWS,', () => {
  const context = (value: object, definition: object = task) =>
    refusal(definition, { ...mocked({}), context: JSON.stringify(value) });
  const wrong = 'ValidationException: Invalid Context object provided:';

  test('a mock of what cannot be mocked, and what is not mocked but must be', async () => {
    expect(await refusal({ Type: 'Succeed' }, mocked(1))).toBe(
      "ValidationException: State type 'Succeed' is not supported when a mock is specified",
    );
    expect(await refusal(parallel)).toMatch(
      /^InvalidDefinition: TestState API does not support Map or Parallel states/,
    );
    expect(
      await refusal(
        { ...task, Resource: `${LAMBDA}.waitForTaskToken`, Arguments: '{% $states.context.Task %}' },
        { roleArn: ROLE },
      ),
    ).toMatch(/^InvalidDefinition: TestState needs a mock/);
    expect(await refusal(task)).toBe('ValidationException: RoleArn must be specified when testing a Task state');
    expect(await refusal(task, { mock: { result: '1', errorOutput: {} } })).toMatch(/only one of the following fields/);
    expect(await refusal(task, { mock: { errorOutput: { cause: 'why' } } })).toMatch(/an errorOutput with its error/);
    expect(await refusal(task, { ...mocked({}), revealSecrets: true })).toMatch(/does not support RevealSecrets/);
    expect(await refusal(task, { stateConfiguration: { retrierRetryCount: 1 } })).toBe(
      'ValidationException: TestState does not support RetrierRetryCount when a mock is not specified.',
    );
  });

  test('a result of another shape than the state has', async () => {
    expect(await refusal(map, mocked({}))).toMatch(/Mocked result must be an array\.$/);
    expect(await refusal(parallel, mocked([1]))).toMatch(/same number of items as number of Parallel branches\.$/);
    expect(await refusal(task, { mock: { result: '{' } })).toMatch(/Mocked result must be valid JSON$/);
    const count = { ...mocked([1]), stateConfiguration: { mapIterationFailureCount: 2 } };
    expect(await refusal(map, count)).toMatch(/less than or equal to the number of Map iterations$/);
  });

  test('a context with members or types that it does not have', async () => {
    expect(await context({ Execution: { Nope: 1 } })).toBe(`${wrong} Field 'Nope' is not allowed`);
    expect(await context({ State: { RetryCount: '1' } })).toBe(`${wrong} State.RetryCount must be a number`);
    expect(await context({ Execution: 1 })).toBe(`${wrong} Execution must be an object`);
    expect(await context({ Task: { Token: 't' } })).toContain("contains 'Task' when state is not a Task state with");
  });

  test('a definition that is none', async () => {
    expect(await refusal({ Type: 'Parallel', Branches: [], End: true }, mocked([]))).toContain(
      'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches',
    );
    expect(await refusal({ ...task, InputPath: '$' }, mocked({}))).toContain('unknown field InputPath');
    expect(await refusal({ ...task, QueryLanguage: 'JSONPath' }, mocked({}))).toContain('only JSONata is run here');
  });
});

describe("a mocked result is checked against the API's own shape", () => {
  const call = (Resource: string, result: Json, mode?: 'STRICT' | 'PRESENT' | 'NONE') => {
    const mock = { result: JSON.stringify(result), ...(mode && { fieldValidationMode: mode }) };
    return refusal({ ...task, Resource, Arguments: {} }, { mock });
  };
  const wrong = (text: string) => `ValidationException: Mock result schema validation error: ${text}`;
  const start = 'arn:aws:states:::states:startExecution';

  test('STRICT wants required fields, PRESENT only right types, NONE nothing', async () => {
    expect(await call(start, { ExecutionArn: 'a' })).toBe(wrong("Required field 'StartDate' is missing"));
    expect(await call(start, { ExecutionArn: 'a' }, 'PRESENT')).toBe('not refused');
    expect(await call(start, { ExecutionArn: 1 }, 'PRESENT')).toBe(wrong("Field 'ExecutionArn' must be a string"));
    expect(await call(start, { ExecutionArn: 1 }, 'NONE')).toBe('not refused');
  });

  test.each([
    ['arn:aws:states:::aws-sdk:kms:decrypt', { Plaintext: 1 }, "Field 'Plaintext' must be a string"],
    ['arn:aws:states:::lambda:invoke', { StatusCode: '200' }, "Field 'StatusCode' must be a number"],
    ['arn:aws:states:::aws-sdk:s3:listObjectsV2', { IsTruncated: 'no' }, "Field 'IsTruncated' must be a boolean"],
    ['arn:aws:states:::aws-sdk:s3:listObjectsV2', { Contents: [{ Size: 'x' }] }, "Field 'Size' must be a number"],
    ['arn:aws:states:::aws-sdk:s3:listObjectsV2', { Contents: {} }, "Field 'Contents' must be an array"],
    ['arn:aws:states:::ecs:runTask.sync', { Tasks: [{ Containers: 1 }] }, "Field 'Containers' must be an array"],
  ])('%s', async (resource, result, text) => {
    expect(await call(resource, result)).toBe(wrong(text));
  });

  test.each<[string, Json]>([
    ['arn:aws:states:::lambda:invoke', { Payload: { any: 'JSON' } }],
    ['arn:aws:states:::aws-sdk:s3:listObjectsV2', { NotInTheApi: 1 }],
    ['arn:aws:states:::glue:startJobRun', { JobRunId: 1 }],
    [`${LAMBDA}.waitForTaskToken`, 'whatever a token brings'],
  ])('%s may answer %j', async (resource, result) => {
    const mock = { result: JSON.stringify(result) };
    expect((await ask({ ...task, Resource: resource }, { mock })).status).toBe('SUCCEEDED');
  });
});
