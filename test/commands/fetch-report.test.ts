import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fetchMissingReports, fetchReport } from '../../lib/commands/fetch-report.ts';
import type { SimulatedAccount } from '../../lib/commands/simulated-account.ts';
import { keys } from '../../lib/domain/run.ts';
import { summarize } from '../../lib/domain/summary.ts';
import { rehearsalRun } from '../pages/fixtures/runs.ts';

const summary = {
  ...summarize(rehearsalRun()),
  files: [{ name: 'values.yaml', key: 'runs/x/files/values.yaml', why: 'w', how: 'h' }],
};
const { run } = summary;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'passage-report-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const place = (...names: string[]) => join(directory, 'runs', run, ...names);

/** An account that holds the report of one run. `killedAt` is the key at whose reading the command is killed. */
function account(killedAt?: string): SimulatedAccount {
  const text = async (key: string) => {
    if (key === killedAt) throw new Error('killed');
    return key === keys.report(run) ? '<html>' : `of ${key}`;
  };
  const evidence = {
    text,
    read: async () => ({ value: summary, text: JSON.stringify(summary) }),
    keys: async () => [keys.report(run)],
  };
  return { evidence } as unknown as SimulatedAccount;
}

test('a report is fetched with its data, its short text and its files, and nothing half is left beside them', async () => {
  expect((await fetchReport(account(), directory, run))?.path).toBe(place('report.html'));
  expect(readdirSync(place()).sort()).toEqual(['files', 'report.html', 'report.txt', 'summary.json']);
  expect(readFileSync(place('report.html'), 'utf8')).toBe('<html>');
  expect(readFileSync(place('files', 'values.yaml'), 'utf8')).toBe('of runs/x/files/values.yaml');
});

test('a command that is killed while it fetches loses nothing: the next one fetches all', async () => {
  await expect(fetchReport(account('runs/x/files/values.yaml'), directory, run)).rejects.toThrow('killed');
  expect(existsSync(place('report.html'))).toBe(false);
  await fetchMissingReports(account(), directory);
  expect(readdirSync(place()).sort()).toEqual(['files', 'report.html', 'report.txt', 'summary.json']);
  expect(existsSync(place('files', 'values.yaml'))).toBe(true);
});

test.each([
  ['a summary that was cut off', () => writeFileSync(place('summary.json'), '{"run": "a')],
  ['a summary that is gone', () => rmSync(place('summary.json'))],
  ['a short text that is gone', () => rmSync(place('report.txt'))],
])('%s is fetched anew', async (_, damage) => {
  await fetchReport(account(), directory, run);
  damage();
  await fetchMissingReports(account(), directory);
  expect(JSON.parse(readFileSync(place('summary.json'), 'utf8'))).toMatchObject({ run });
  expect(existsSync(place('report.txt'))).toBe(true);
});

test('a report that is whole is not fetched again', async () => {
  mkdirSync(place(), { recursive: true });
  for (const [name, text] of [
    ['summary.json', '{}'],
    ['report.txt', 'mine'],
    ['report.html', 'mine'],
  ] as const)
    writeFileSync(place(name), text);
  await fetchMissingReports(account(), directory);
  expect(readFileSync(place('report.txt'), 'utf8')).toBe('mine');
});
