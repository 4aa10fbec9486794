import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { summarize } from '../../lib/domain/summary.ts';
import { createEngine } from '../../lib/local/engine/engine.ts';
import { shortText } from '../../lib/pages/short-text.ts';
import { cutoverRun, rehearsalRun } from '../pages/fixtures/runs.ts';
import { passage } from './calling.ts';

const [rehearsal, cutover] = [summarize(rehearsalRun()), summarize(cutoverRun())];
const home = process.cwd();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'passage-runs-'));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

test('before the first run there is nothing to list or show, which is said', async () => {
  expect(await passage('runs')).toMatchObject({ code: 0, output: expect.stringContaining('No run yet') });
  expect(await passage('runs', '--json')).toEqual({ code: 0, output: '[]\n' });
  expect(await passage('show', rehearsal.run)).toMatchObject({
    code: 2,
    output: expect.stringContaining(`There is no run "${rehearsal.run}" on this machine`),
  });
});

test('runs are listed the newest first, and each is shown with where its report is', async () => {
  for (const summary of [rehearsal, cutover]) {
    const place = join(folder, '.passage', 'runs', summary.run);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'summary.json'), JSON.stringify(summary));
  }
  // A run that was killed before its report was written is no run to list.
  mkdirSync(join(folder, '.passage', 'runs', 'killed'));
  // Nor is one of a version of Passage whose summaries were of another shape.
  mkdirSync(join(folder, '.passage', 'runs', 'older'));
  writeFileSync(join(folder, '.passage', 'runs', 'older', 'summary.json'), JSON.stringify({ schema: 1, run: 'older' }));
  const newest = [rehearsal, cutover].sort((a, b) => b.startedAt.localeCompare(a.startedAt)).map(({ run }) => run);
  const { output } = await passage('runs');
  expect(
    output
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(newest);
  expect(output).toMatch(/ NOT YET: rehearsed, /);
  expect(output).toMatch(/ OK: cut over, /);
  expect(JSON.parse((await passage('runs', '--json')).output).map(({ run }: { run: string }) => run)).toEqual(newest);
  const shown = await passage('show', cutover.run);
  expect(shown.code).toBe(0);
  expect(shown.output).toContain('cut over');
  expect(shown.output).toContain(`Report: ${join('.passage', 'runs', cutover.run, 'report.html')}`);
  const short = await passage('show', cutover.run, '--text');
  expect(short.output).toBe(shortText(cutover, join('.passage', 'runs', cutover.run, 'report.html')));
});

test('a summary that cannot be read is told in a sentence, and hides no other run', async () => {
  const broken = join(folder, '.passage', 'runs', 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'summary.json'), '{"schema": 1, "run": "bro');
  const { code, output } = await passage('runs');
  expect(code).toBe(0);
  expect(output).toContain(rehearsal.run);
  expect(output).toMatch(/^broken {2}.*its summary\.json cannot be read/m);
  expect(output).not.toContain('    at ');
  // Said beside the JSON, on the other stream.
  const [told = '', ...json] = (await passage('runs', '--json')).output.split('\n');
  expect(told).toMatch(/^broken {2}/);
  expect(JSON.parse(json.join('\n'))).toHaveLength(2);
  expect(await passage('show', rehearsal.run)).toMatchObject({ code: 0 });
  const shown = await passage('show', 'broken');
  expect(shown.code).toBe(12);
  expect(shown.output).toContain('its summary.json cannot be read');
  rmSync(broken, { recursive: true });
});

test('a run whose command was killed is listed first, with what goes on with it; no part of it is', async () => {
  const directory = join(folder, '.passage', 'states');
  const engine = createEngine({
    directory,
    clock: { now: () => 0, sleep: () => new Promise(() => {}) },
    integrations: {},
    region: 'eu-west-1',
    accountId: '111111111111',
  });
  const create = (name: string, state: object) =>
    engine.createStateMachine({
      name,
      definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: state } }),
      roleArn: 'arn:aws:iam::111111111111:role/machine',
    }).stateMachineArn;
  const part = create('part', { Type: 'Wait', Seconds: 60, End: true });
  const whole = create('whole', {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Arguments: { StateMachineArn: part },
    TimeoutSeconds: 90,
    End: true,
  });
  engine.startExecution({ stateMachineArn: whole, name: 'cutover-killed' });
  while (engine.listExecutions().length < 2) await new Promise(setImmediate);
  engine.close();
  const { output } = await passage('runs');
  expect(output.split('\n')[0]).toMatch(/^cutover-killed {2}has not ended; .* diagnose/);
  expect(output.match(/has not ended/g)).toHaveLength(1);
});
