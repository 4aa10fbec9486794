import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { passage } from './calling.ts';

const EXAMPLES = fileURLToPath(new URL('../../migrations', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'passage-validate-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An example with other values at some paths; undefined takes the field out. */
function changed(example: string, changes: Readonly<Record<string, unknown>>): string {
  const migration: unknown = JSON.parse(readFileSync(join(EXAMPLES, example), 'utf8'));
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce((at, key) => Reflect.get(at, key), migration as object);
    Reflect.set(parent, last, value);
  }
  const file = join(folder, 'migration.json');
  writeFileSync(file, JSON.stringify(migration));
  return file;
}

test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.json')))('the example %s is valid', async (name) => {
  const { code, output } = await passage('validate', join(EXAMPLES, name));
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('is valid') });
});

const DATABASE = JSON.parse(readFileSync(join(EXAMPLES, 'my-databases.json'), 'utf8')).source.database as object;

test.each([
  ['an unknown key', 'acme-retool.json', { 'target.eks.clutser': 'x' }, /target\.eks\.clutser: is not a known field/],
  [
    'a missing key',
    'acme-retool.json',
    { 'source.database.loginSecret': undefined },
    /source\.database\.loginSecret: /,
  ],
  ['a wrong type', 'my-databases.json', { 'source.database.port': '5432' }, /source\.database\.port: /],
  [
    'the same source and target',
    'my-databases.json',
    { 'target.database': DATABASE },
    /target\.database: is the source itself \(localhost:5432\/hammerhead_production\)/,
  ],
  [
    'a password in the file',
    'my-databases.json',
    { 'source.database.password': 'hunter2' },
    /source\.database\.password: must be/,
  ],
  [
    'an approver without an address',
    'acme-retool.json',
    { 'approvals.approvers.0.email': 'bob' },
    /approvals\.approvers\.0\.email: must be an e-mail address/,
  ],
  ['more votes than people', 'acme-retool.json', { 'approvals.required': 4 }, /approvals\.required: asks for 4 of 3/],
  [
    'too long to decide',
    'acme-retool.json',
    { 'approvals.minutesToDecide.go': 20_000, 'approvals.minutesToDecide.switch': 1_441 },
    /minutesToDecide\.go: is at most 10,080 minutes, which is 7 days\n.*switch: is at most 1,440 minutes, which is a day/,
  ],
  ['half an application', 'acme-retool.json', { dns: undefined }, /dns: is missing/],
])('%s is refused with the path of the field and an example', async (_what, example, changes, told) => {
  const { code, output } = await passage('validate', changed(example, changes));
  expect(code).toBe(3);
  expect(output).toMatch(told);
  expect(output).toContain(
    `An example is migrations/${example}; every field, with what it means, is in docs/schemas/migration.schema.json.`,
  );
  expect(output).not.toContain('hunter2');
});

test('a window that is over is said to be, and is no mistake in the file: a run that it held stays readable', async () => {
  const window = { from: '2020-01-04T22:00:00Z', to: '2020-01-05T02:00:00Z' };
  expect(await passage('validate', changed('acme-retool.json', { window }))).toMatchObject({
    code: 0,
    output: expect.stringContaining('Its window ended at 2020-01-05 02:00 UTC: a cutover is refused'),
  });
});

test('what is no file, or no JSON, is said to be so', async () => {
  expect(await passage('validate', join(folder, 'none.json'))).toMatchObject({
    code: 3,
    output: expect.stringContaining('There is no file'),
  });
  const file = join(folder, 'broken.json');
  writeFileSync(file, '{ "name": ');
  expect(await passage('validate', file)).toMatchObject({ code: 3, output: expect.stringContaining('is not JSON') });
});

test('a rehearsal of a migration on AWS, and a cutover of anything but the sample, are refused before anything starts', async () => {
  const aws = changed('acme-retool.json', { name: 'other' });
  expect(await passage('rehearse', '--migration', aws)).toMatchObject({
    code: 2,
    output: expect.stringContaining('is a migration on AWS'),
  });
  expect(await passage('cutover', '--migration', aws)).toMatchObject({
    code: 2,
    output: expect.stringContaining('Only the sample'),
  });
});
