import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeClientAccess } from '../../lib/commands/client-access.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'passage-access-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const account = (start: string) => ({
  url: 'http://127.0.0.1:1',
  region: 'eu-west-1',
  credentials: { accessKeyId: `operator-${start}`, secretAccessKey: 'a' },
  viewer: { accessKeyId: `viewer-${start}`, secretAccessKey: 'b' },
  clusters: { target: { url: 'https://127.0.0.1:2', caCertificate: 'pem' } },
});

test('who joins an account that another serves leaves its files to it', () => {
  const served = writeClientAccess(directory, account('monday'));
  const joined = writeClientAccess(directory, account('monday'));
  const files = Object.values(joined.environment);
  joined.remove();
  expect(files.map((file) => existsSync(file))).toEqual([true, true, true]);
  served.remove();
  expect(files.map((file) => existsSync(file))).toEqual([false, false, false]);
});

test('files of an earlier start are replaced, and deleted at the end', () => {
  writeClientAccess(directory, account('killed'));
  const access = writeClientAccess(directory, account('now'));
  access.remove();
  for (const file of Object.values(access.environment)) expect(existsSync(file)).toBe(false);
});
