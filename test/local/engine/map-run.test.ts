import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isChild } from '../../../lib/local/engine/archive.ts';
import { type Integration, type Json, TaskFailure } from '../../../lib/local/engine/engine.ts';
import { settle } from './fake-clock.ts';
import { CALLBACK, LAMBDA, outputOf, Stage } from './stage.ts';

/** Distributed maps: an execution of its own for each item. */
const GET = 'arn:aws:states:::s3:getObject';
const LIST = 'arn:aws:states:::s3:listObjectsV2';
const PUT = 'arn:aws:states:::s3:putObject';

const objects = new Map<string, string>();
const store: Integration = async ({ resource, arguments: given }): Promise<Json> => {
  const { Bucket, Key = '', Body, Prefix = '', ContinuationToken } = given as Record<string, string>;
  if (resource === PUT) {
    objects.set(`${Bucket}/${Key}`, String(Body));
    return {};
  }
  if (resource === LIST) {
    const keys = [...objects.keys()].filter((key) => key.startsWith(`${Bucket}/${Prefix}`));
    const at = Number(ContinuationToken ?? 0);
    const more: Record<string, string> = at + 2 < keys.length ? { NextContinuationToken: String(at + 2) } : {};
    return { Contents: keys.slice(at, at + 2).map((key) => ({ Key: key.slice(`${Bucket}/`.length) })), ...more };
  }
  const body = objects.get(`${Bucket}/${Key}`);
  if (body === undefined) throw new TaskFailure('S3.NoSuchKey', 'The specified key does not exist.');
  return { Body: body };
};

let stage: Stage;
beforeEach(() => {
  objects.clear();
  stage = new Stage({ integrations: { [GET]: store, [LIST]: store, [PUT]: store } });
});
afterEach(() => stage.close());

const distributed = (states: object, more: object = {}) => ({
  Each: {
    Type: 'Map',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: Object.keys(states)[0],
      States: states,
    },
    End: true,
    ...more,
  },
});
const pass = { Do: { Type: 'Pass', Output: '{% $states.input %}', End: true } };
const failOn = (condition: string) => ({
  Do: { Type: 'Choice', Choices: [{ Condition: `{% ${condition} %}`, Next: 'Bad' }], Default: 'Good' },
  Bad: { Type: 'Fail', Error: 'Bad', Cause: 'no' },
  Good: { Type: 'Succeed' },
});
const read = (config: object, resource = GET) => ({
  ItemReader: { Resource: resource, Arguments: { Bucket: 'b', Key: 'k' }, ReaderConfig: config },
});

test('children run apart: results in order, no history in the parent, no place in the list', async () => {
  const end = await stage.play(distributed(pass), [3, 1, 2]);
  expect(outputOf(end)).toEqual([3, 1, 2]);
  expect(stage.types(end.executionArn)).toEqual([
    ...['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapRunStarted', 'MapRunSucceeded'],
    ...['MapStateSucceeded', 'MapStateExited', 'ExecutionSucceeded'],
  ]);
  expect(stage.engine.listExecutions().map(({ executionArn }) => executionArn)).toEqual([end.executionArn]);
  expect(stage.changes.map(({ executionArn }) => executionArn)).toEqual([end.executionArn, end.executionArn]);
});

test('a child is an execution that can be looked at, with its own input and without the variables around it', async () => {
  stage.clock.leaping = true;
  const arns: string[] = [];
  stage.lambda = async ({ executionArn, arguments: given }) => {
    arns.push(executionArn);
    return given;
  };
  const task = {
    Do: { Type: 'Task', Resource: LAMBDA, Arguments: '{% $states.context.Execution.Input %}', End: true },
  };
  await stage.play({
    First: { Type: 'Pass', Assign: { a: 1 }, Output: ['x'], Next: 'Each' },
    ...distributed(task, { Label: 'L' }),
  });
  const [arn = ''] = arns;
  expect(arn).toMatch(/^arn:aws:states:us-east-1:111111111111:execution:machine\/L:/);
  const child = stage.engine.describeExecution(arn);
  expect(child).toMatchObject({ status: 'SUCCEEDED', input: '"x"', output: '"x"' });
  expect(isChild(child)).toBe(true);
  expect(stage.engine.getExecutionHistory(arn).at(0)?.type).toBe('ExecutionStarted');
  expect(readdirSync(join(stage.directory, 'map-runs', 'machine', 'L'))).toHaveLength(1);

  const reads = { Do: { Type: 'Pass', Output: '{% $a %}', End: true } };
  const end = await stage.play({
    First: { Type: 'Pass', Assign: { a: 1 }, Output: ['x'], Next: 'Each' },
    ...distributed(reads),
  });
  expect(end).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
});

test('without a threshold one failed item fails the map, which can be caught', async () => {
  const caught = { Catch: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], Next: 'Caught' }] };
  const states = { ...distributed(failOn('$states.input = 2'), caught), Caught: { Type: 'Pass', End: true } };
  const end = await stage.play(states, [1, 2, 3]);
  expect(outputOf(end)).toEqual({
    Error: 'States.ExceedToleratedFailureThreshold',
    Cause: 'The specified tolerated failure threshold was exceeded',
  });
  const types = stage.types(end.executionArn);
  expect(types.slice(3, 6)).toEqual(['MapRunStarted', 'MapRunFailed', 'MapStateFailed']);
});

test.each([
  ['ToleratedFailureCount', 1, 'FAILED'],
  ['ToleratedFailureCount', 2, 'SUCCEEDED'],
  ['ToleratedFailurePercentage', 49, 'FAILED'],
  ['ToleratedFailurePercentage', '{% 25 * 2 %}', 'SUCCEEDED'],
])('two failures of four with %s %s: %s', async (field, value, status) => {
  const end = await stage.play(distributed(failOn('$states.input > 2'), { [field]: value }), [1, 2, 3, 4]);
  expect(end.status).toBe(status);
  if (status === 'FAILED') return;
  const [first, , third] = outputOf(end) as Json[];
  expect(first).toBe(1);
  expect(third).toMatchObject({ Status: 'FAILED', Error: 'Bad', Cause: 'no', Input: '3' });
});

test.each([
  ['ToleratedFailureCount', '{% -1 %}', 'ToleratedFailureCount cannot be negative.'],
  ['ToleratedFailurePercentage', '{% 101 %}', 'ToleratedFailurePercentage must be between 0 and 100.'],
])('a %s out of range ends the execution past every Catch, as recorded', async (field, value, text) => {
  const caught = { Catch: ['States.Runtime', 'States.ALL'].map((name) => ({ ErrorEquals: [name], Next: 'Caught' })) };
  const states = { ...distributed(pass, { [field]: value, ...caught }), Caught: { Type: 'Pass', End: true } };
  const end = await stage.play(states, [1]);
  expect(end).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  expect(end.cause).toBe(`An error occurred while executing the state 'Each' (entered at the event id #2). ${text}`);
  expect(stage.types(end.executionArn).slice(-2)).toEqual(['MapStateStarted', 'ExecutionFailed']);
});

test('MaxConcurrency limits the children; without it more run at a time than in an inline map', async () => {
  const task = { Do: { Type: 'Task', Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}', End: true } };
  const items = Array.from({ length: 50 }, (_, index) => index);
  const limited = stage.start(distributed(task, { MaxConcurrency: 5 }), items);
  await settle();
  expect(stage.tokens).toHaveLength(5);
  stage.engine.sendTaskSuccess({ taskToken: stage.tokens[0] ?? '', output: '1' });
  await settle();
  expect(stage.tokens).toHaveLength(6);
  stage.engine.stopExecution({ executionArn: limited });
  stage.tokens.length = 0;
  stage.start(distributed(task), items);
  await settle();
  expect(stage.tokens).toHaveLength(50);
});

test('stopping the parent stops its children', async () => {
  const task = { Do: { Type: 'Task', Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}', End: true } };
  const executionArn = stage.start(distributed(task), [1, 2]);
  await settle();
  stage.engine.stopExecution({ executionArn });
  await settle();
  expect(() => stage.engine.sendTaskSuccess({ taskToken: stage.tokens[0] ?? '', output: '1' })).toThrow(
    'Task Timed Out',
  );
  expect(stage.types(executionArn).at(-1)).toBe('ExecutionAborted');
});

test.each<[string, string, object, Json]>([
  ['a JSON array', '[1,{"a":2}]', { InputType: 'JSON' }, [1, { a: 2 }]],
  // Measured in July 2026: github.com/floci-io/floci #1588.
  [
    'a JSON object',
    '{"a":{"x":1},"b":2}',
    { InputType: 'JSON' },
    [
      { Key: 'a', Value: { x: 1 } },
      { Key: 'b', Value: 2 },
    ],
  ],
  ['a part of a JSON object', '{"a/b":[{"c":[7]}]}', { InputType: 'JSON', ItemsPointer: '/a~1b/0/c' }, [7]],
  ['JSON lines', '{"a":1}\n\n{"a":2}\n', { InputType: 'JSONL' }, [{ a: 1 }, { a: 2 }]],
  [
    'CSV',
    'a,b\n1,"x, ""y""\nz"\n\n2\n',
    { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
    [
      { a: '1', b: 'x, "y"\nz' },
      { a: '2', b: '' },
    ],
  ],
  [
    'CSV with given headers',
    '1|2|3\r\n',
    { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: ['a', 'b'], CSVDelimiter: 'PIPE' },
    [{ a: '1', b: '2' }],
  ],
  ['at most MaxItems', '[1,2,3]', { InputType: 'JSON', MaxItems: '{% 2 %}' }, [1, 2]],
])('reads %s', async (_, body, config, expected) => {
  objects.set('b/k', body);
  const end = await stage.play(distributed(pass, read(config)));
  expect(outputOf(end)).toEqual(expected);
});

test.each([
  ['no list', '7', { InputType: 'JSON' }, 'Attempting to map over non-iterable node.'],
  [
    'headers that repeat',
    'a,a\n',
    { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
    'CSV headers cannot contain duplicates.',
  ],
  ['no object', undefined, {}, 'The specified key does not exist.'],
])('%s fails as States.ItemReaderFailed', async (_, body, config, cause) => {
  if (body !== undefined) objects.set('b/k', body);
  const end = await stage.play(distributed(pass, read(config)));
  expect(end).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed', cause });
});

test('an item selector sees the key of a member of an object', async () => {
  objects.set('b/k', '{"a":{"x":1}}');
  const selector = { ItemSelector: '{% $states.context.Map.Item %}' };
  const end = await stage.play(distributed(pass, { ...read({ InputType: 'JSON' }), ...selector }));
  expect(outputOf(end)).toEqual([{ Index: 0, Key: 'a', Value: { x: 1 }, Source: 'S3://b/k' }]);
});

test('lists objects over several pages, or reads the items in each', async () => {
  for (const key of ['a', 'b', 'c']) objects.set(`b/in/${key}`, `["${key}1","${key}2"]`);
  const reader = (config: object) => ({
    ItemReader: { Resource: LIST, Arguments: { Bucket: 'b', Prefix: 'in/' }, ReaderConfig: config },
  });
  const listed = await stage.play(distributed(pass, reader({})));
  expect(outputOf(listed)).toEqual([{ Key: 'in/a' }, { Key: 'in/b' }, { Key: 'in/c' }]);
  const items = await stage.play(
    distributed(pass, reader({ Transformation: 'LOAD_AND_FLATTEN', InputType: 'JSON', MaxItems: 3 })),
  );
  expect(outputOf(items)).toEqual(['a1', 'a2', 'b1']);
});

test('an item selector sees where an item is from', async () => {
  for (const key of ['a', 'c']) objects.set(`b/in/${key}`, `["${key}1","${key}2"]`);
  const selector = { ItemSelector: '{% $states.context.Map.Item.Source %}' };
  const from = async (more: object) => outputOf(await stage.play(distributed(pass, { ...selector, ...more }), [1]));
  const reader = (Resource: string, Arguments: object, ReaderConfig: object) => ({
    ItemReader: { Resource, Arguments: { Bucket: 'b', ...Arguments }, ReaderConfig },
  });
  const flat = { Transformation: 'LOAD_AND_FLATTEN', InputType: 'JSON', MaxItems: 3 };
  expect(await from({})).toEqual(['STATE_DATA']);
  expect(await from(reader(GET, { Key: 'in/a' }, { InputType: 'JSON' }))).toEqual(['S3://b/in/a', 'S3://b/in/a']);
  expect(await from(reader(LIST, { Prefix: 'in/' }, {}))).toEqual(['S3://b', 'S3://b']);
  expect(await from(reader(LIST, { Prefix: 'in/' }, flat))).toEqual(['S3://b/in/a', 'S3://b/in/a', 'S3://b/in/c']);
});

test('selects, then batches by number and by bytes', async () => {
  const batcher = (limits: object) => ({
    ItemSelector: { v: '{% $states.context.Map.Item.Value %}' },
    ItemBatcher: { BatchInput: { run: '{% $states.input[0] %}' }, ...limits },
  });
  const byNumber = await stage.play(distributed(pass, batcher({ MaxItemsPerBatch: 2 })), [1, 2, 3]);
  expect(outputOf(byNumber)).toEqual([
    { BatchInput: { run: 1 }, Items: [{ v: 1 }, { v: 2 }] },
    { BatchInput: { run: 1 }, Items: [{ v: 3 }] },
  ]);
  const byBytes = await stage.play(distributed(pass, batcher({ MaxInputBytesPerBatch: 50 })), [1, 2, 3]);
  expect((outputOf(byBytes) as Json[]).length).toBe(2);
});

test('results go to S3 by status, with a manifest', async () => {
  const writer = {
    ResultWriter: { Resource: PUT, Arguments: { Bucket: 'out', Prefix: 'p' } },
    ToleratedFailureCount: 1,
  };
  const end = await stage.play(distributed(failOn('$states.input = 2'), writer), [1, 2]);
  const result = outputOf(end) as { MapRunArn: string; ResultWriterDetails: { Bucket: string; Key: string } };
  const { Bucket, Key } = result.ResultWriterDetails;
  expect(Key).toBe(`p/${result.MapRunArn.split(':').at(-1)}/manifest.json`);
  const manifest = JSON.parse(objects.get(`${Bucket}/${Key}`) ?? '') as {
    ResultFiles: Record<string, { Key: string }[]>;
  };
  const written = (status: string) =>
    JSON.parse(objects.get(`out/${manifest.ResultFiles[status]?.[0]?.Key}`) ?? '') as Json[];
  expect(written('SUCCEEDED')).toMatchObject([{ Status: 'SUCCEEDED', Input: '1', Output: '1' }]);
  expect(written('FAILED')).toMatchObject([{ Status: 'FAILED', Input: '2', Error: 'Bad' }]);
});

test('FLATTEN makes one list of lists', async () => {
  const end = await stage.play(distributed(pass, { ResultWriter: { WriterConfig: { Transformation: 'FLATTEN' } } }), [
    [1],
    [2, 3],
  ]);
  expect(outputOf(end)).toEqual([1, 2, 3]);
});

test('more children than a process may have files open run at a time', async () => {
  const all = Promise.withResolvers<void>();
  let under = 0;
  stage.lambda = async ({ arguments: given }) => {
    if (++under === items.length) all.resolve();
    await all.promise;
    return given;
  };
  const items = Array.from({ length: 2000 }, (_, index) => index);
  const arn = stage.start(distributed({ Do: { Type: 'Task', Resource: LAMBDA, End: true } }), items);
  expect(outputOf(await stage.engine.whenEnded(arn))).toEqual(items);
});

test('an item that is too large to be an input stops the others', async () => {
  const big = 'x'.repeat(262_144);
  objects.set('b/k', JSON.stringify([1, big]));
  const task = { Do: { Type: 'Task', Resource: CALLBACK, Arguments: '{% $states.context.Task.Token %}', End: true } };
  const end = await stage.play(distributed(task, read({})));
  expect(end).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  await settle();
  expect(stage.tokens).toEqual([]);
});
