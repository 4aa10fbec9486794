import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordings } from '../../../lib/commands/recordings.ts';
import { readPack } from '../../../lib/local/recordings/pack.ts';
import { play } from '../../../lib/local/recordings/play.ts';
import { report } from '../../../lib/local/recordings/report.ts';
import { LAMBDA, Stage } from '../engine/stage.ts';

const temporary = process.env.TMPDIR;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
});

const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: LAMBDA,
      Arguments: '{% $states.input %}',
      Retry: [{ ErrorEquals: ['Busy'] }],
      Output: '{% $states.result.n %}',
      Next: 'Wait',
    },
    Wait: { Type: 'Wait', Seconds: 86_400, End: true },
  },
};

/** What the AWS CLI would print of an execution: here one of the engine's own. */
async function ownHistory(name: string): Promise<void> {
  const stage = new Stage();
  const answers = [{ n: 7 }];
  let calls = 0;
  stage.lambda = async () => {
    if (calls++ === 0) throw new Error('busy');
    return answers[0] ?? null;
  };
  const { Retry: _, ...ask } = definition.States.Ask;
  const states = { ...definition.States, Ask: { ...ask, Retry: [{ ErrorEquals: ['States.TaskFailed'] }] } };
  stage.clock.leaping = true;
  const arn = stage.start(states, { a: 1 });
  await stage.engine.whenEnded(arn);
  write(`${name}.machine.json`, { name: 'machine', definition: JSON.stringify({ ...definition, States: states }) });
  const { executionArn, startDate } = stage.engine.describeExecution(arn);
  write(`${name}.execution.json`, { executionArn, startDate });
  const events = stage.engine.getExecutionHistory(arn);
  write(`${name}.history.json`, {
    events: events.map((event) => ({ ...event, timestamp: new Date(event.timestamp).toISOString() })),
  });
  stage.close();
}

test("a history of one's own is played with the answers that stand in it", async () => {
  await ownHistory('order');
  const [entry] = readPack(folder);
  expect(entry?.row).toMatchObject({ name: 'order', kind: 'execution' });
  const recorded = entry?.read();
  expect(recorded?.tasks?.Ask).toMatchObject([
    { fails: { error: 'States.TaskFailed', cause: 'busy' } },
    { returns: { n: 7 } },
  ]);
  expect(await play(entry as NonNullable<typeof entry>)).toMatchObject({ verdict: 'passed', reasons: [] });
});

test('where the engine does otherwise, the place is named', async () => {
  await ownHistory('order');
  const [entry] = readPack(folder);
  const recorded = entry?.read() as ReturnType<NonNullable<typeof entry>['read']>;
  const changed = JSON.parse(JSON.stringify(recorded).replace('"output":7', '"output":8')) as typeof recorded;
  const { verdict, reasons } = await play({ row: (entry as NonNullable<typeof entry>).row, read: () => changed });
  expect(verdict).toBe('failed');
  expect(reasons[0]).toMatch(/^events\/\d+\/.*output: recorded 8, got 7$/);
});

function pack(): void {
  const cases = [
    { name: 'good', kind: 'execution', queryLanguage: 'JSONata', features: ['Pass'], output: 1 },
    { name: 'bad', kind: 'execution', queryLanguage: 'JSONata', features: ['Pass'], output: 2 },
    { name: 'old', kind: 'execution', queryLanguage: 'JSONPath', features: ['Pass'], output: 1 },
  ];
  write('index.json', { cases: cases.map(({ output: _, ...row }) => ({ ...row, file: `${row.name}.json` })) });
  for (const { name, kind, queryLanguage, output } of cases) {
    const machine = {
      QueryLanguage: queryLanguage,
      StartAt: 'A',
      States: { A: { Type: 'Pass', Output: 1, End: true } },
    };
    write(`${name}.json`, { name, kind, definition: machine, input: {}, expected: { status: 'SUCCEEDED', output } });
  }
}

test('the report counts by kind and feature, names failures and refusals, and ends with the sum', async () => {
  pack();
  const played = await Promise.all(readPack(folder).map(play));
  const lines = report(played);
  expect(lines).toContain('FAILED bad');
  expect(lines).toContain('  output: recorded 2, got 1');
  expect(lines).toContainEqual(expect.stringMatching(/^execution +\(all\) +1 +1 +1$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ +Pass +1 +1 +0$/));
  expect(lines).toContainEqual(expect.stringContaining('only JSONata is run here: 1 JSONPath.'));
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
});

test('the command exits with 1 when a case failed, and leaves nothing behind', async () => {
  pack();
  process.env.TMPDIR = folder;
  const lines: string[] = [];
  const console = { line: (text = '') => void lines.push(text), live: () => {}, columns: 80, isTerminal: false };
  const call = { positionals: [folder], options: {}, console, signal: new AbortController().signal };
  expect(await recordings.run(call)).toBe(1);
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
  expect(readdirSync(folder).filter((name) => name.startsWith('recordings-'))).toEqual([]);
  await expect(recordings.run({ ...call, positionals: [join(folder, 'none')] })).rejects.toThrow('There is no folder');
});

test('a TestState case whose task was really called is answered as it was', async () => {
  const asked = { Type: 'Task', QueryLanguage: 'JSONata', Resource: LAMBDA, Arguments: { a: 1 }, End: true };
  const inspectionData = { input: {}, afterArguments: { a: 1 }, result: { n: 7 } };
  const expected = { status: 'SUCCEEDED', output: { n: 7 }, inspectionData };
  write('called.json', { kind: 'teststate', definition: asked, request: { inspectionLevel: 'DEBUG' }, expected });
  const refusal = { code: 'ValidationException', message: 'State not found in definition' };
  const machine = { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Succeed' } } };
  write('none.json', {
    kind: 'teststate',
    definition: machine,
    request: { stateName: 'B' },
    expected: { error: refusal },
  });
  for (const entry of readPack(folder)) expect(await play(entry)).toMatchObject({ verdict: 'passed', reasons: [] });
});

test('cases are found without an index, in their own folder too', () => {
  mkdirSync(join(folder, 'cases'));
  const expected = { status: 'SUCCEEDED' };
  write('cases/one.json', { name: 'one', kind: 'execution', queryLanguage: 'JSONata', features: ['Pass'], expected });
  write('two.json', { kind: 'teststate', expected });
  write('notes.json', { text: 'no case' });
  const found = readPack(folder).map(({ row: { name, kind } }) => ({ name, kind }));
  expect(found).toEqual([
    { name: 'one', kind: 'execution' },
    { name: 'two.json', kind: 'teststate' },
  ]);
});

test.each([
  ['machine', 'describe-state-machine-for-execution'],
  ['execution', 'describe-execution'],
])('a history without its %s file says what is missing, and what prints it', async (part, prints) => {
  await ownHistory('order');
  rmSync(join(folder, `order.${part}.json`));
  expect(() => readPack(folder)).toThrow(
    `order.history.json has no order.${part}.json beside it: what "aws stepfunctions ${prints}"`,
  );
});

test('a folder without recordings says what it should hold', () => {
  expect(() => readPack(folder)).toThrow(
    'neither an index.json nor a *.history.json with its *.machine.json and *.execution.json',
  );
});
