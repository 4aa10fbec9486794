import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { prepareClusterDirectory } from '../../../lib/local/postgres/step-down.ts';
import { removeDatabases, startDatabases } from '../../../lib/local/world/databases.ts';
import { type WorldPaths, worldPaths } from '../../../lib/local/world/paths.ts';
import { lastingProcessesOf } from '../../support/process-list.ts';

let paths: WorldPaths;
beforeEach(() => {
  paths = worldPaths(mkdtempSync(join(tmpdir(), 'passage-databases-')));
});
afterEach(() => {
  removeDatabases(paths);
  rmSync(paths.directory, { recursive: true, force: true });
});

test('when one cluster does not start, the other one, which was still starting, does not stay', async () => {
  const target = prepareClusterDirectory(join(paths.directory, 'target'));
  // It seems to hold a cluster, and holds none.
  mkdirSync(join(target, 'data'));
  writeFileSync(join(target, 'data', 'PG_VERSION'), '1\n');
  writeFileSync(paths.clusters, JSON.stringify({ directories: { target }, ports: {} }));
  await expect(startDatabases(paths)).rejects.toThrow(/cluster target .* did not start/);
  const { directories } = JSON.parse(readFileSync(paths.clusters, 'utf8')) as { directories: Record<string, string> };
  expect(Object.keys(directories).sort()).toEqual(['source', 'target']);
  expect(await lastingProcessesOf(Object.values(directories))).toEqual([]);
});
