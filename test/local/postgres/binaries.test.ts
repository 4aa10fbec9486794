import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findPostgres } from '../../../lib/local/postgres/binaries.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'passage-test-binaries-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function install(version: string, names = ['initdb', 'pg_ctl', 'postgres', 'psql', 'pg_dump', 'pg_restore']) {
  for (const name of names) {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\necho "${name} (PostgreSQL) ${version}"\n`);
    chmodSync(path, 0o755);
  }
}

test('finds server and client tools of one version', () => {
  const found = findPostgres();
  expect(found.major).toBeGreaterThanOrEqual(14);
  expect(found.tool('pg_dump')).toBe(join(found.directory, 'pg_dump'));
});

test('PASSAGE_PG_BIN wins over everything else', () => {
  install('17.2');
  expect(findPostgres({ PATH: '/usr/bin', PASSAGE_PG_BIN: folder })).toMatchObject({ version: '17.2', major: 17 });
});

test('a PASSAGE_PG_BIN that is too old is refused, not replaced', () => {
  install('13.11');
  expect(() => findPostgres({ PASSAGE_PG_BIN: folder })).toThrow(/PASSAGE_PG_BIN names .*13\.11, too old/s);
});

test('a folder without the client tools is named as such', () => {
  install('16.4', ['initdb', 'pg_ctl', 'postgres']);
  expect(() => findPostgres({ PASSAGE_PG_BIN: folder })).toThrow(/has no psql, pg_dump, pg_restore/);
});

test('a link on PATH leads to the folder it points to', () => {
  install('15.9');
  const links = join(folder, 'links');
  rmSync(links, { recursive: true, force: true });
  symlinkSync(folder, links);
  expect(findPostgres({ PATH: links }).major).toBe(15);
});
