import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMigrations } from '../../lib/workflow/migrations.ts';

const sample = readFileSync('migrations/acme-retool.json', 'utf8');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'passage-migrations-'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const write = (name: string, text: string) => writeFileSync(join(directory, name), text);

test('reads what is to be deployed, in the order of the files, and leaves rehearsals on one machine alone', () => {
  write('b.json', sample.replace('"acme-retool"', '"second"'));
  write('a.json', sample.replace('"acme-retool"', '"first"'));
  write('local.json', '{"platform": "local", "unfinished": true}');
  write('notes.md', 'not a migration');
  expect(loadMigrations(directory).map(({ name }) => name)).toEqual(['first', 'second']);
});

test('says which field of which file is wrong', () => {
  write('acme.json', sample.replace('"required": 2', '"required": 4'));
  expect(() => loadMigrations(directory)).toThrow(/acme\.json: approvals\.required: asks for 4 of 3 approvers/);
});

test('says what is wrong in every file at once, as a mistake in the configuration', () => {
  write('a.json', sample.replace('"required": 2', '"required": 4'));
  write('b.json', '{');
  write('c.json', sample);
  const refusal = {
    name: 'ConfigurationInvalid',
    message: expect.stringMatching(/a\.json: approvals.*\n.*b\.json is not JSON/),
  };
  expect(() => loadMigrations(directory)).toThrow(expect.objectContaining(refusal));
});

test('says of a field that nobody knows, and of one that is missing, that it is so', () => {
  write('acme.json', sample.replace('"required": 2', '"requird": 2'));
  expect(() => loadMigrations(directory)).toThrow(/acme\.json: approvals\.required: is missing\n/);
  expect(() => loadMigrations(directory)).toThrow(/acme\.json: approvals\.requird: is not a known field/);
});

test('says which file is not JSON', () => {
  write('acme.json', '{');
  expect(() => loadMigrations(directory)).toThrow(/acme\.json is not JSON/);
});

test('refuses two migrations of one name', () => {
  write('a.json', sample);
  write('b.json', sample);
  expect(() => loadMigrations(directory)).toThrow('describe a migration named "acme-retool"');
});
