import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withClient } from '../../../lib/adapters/postgres/connect.ts';
import { inspectDatabase } from '../../../lib/adapters/postgres/inspect.ts';
import { startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { createTestSource, type TestSource } from '../../support/source.ts';
import { startTestStandby, type TestStandby } from '../../support/standby.ts';

let cluster: TestCluster;
let source: TestSource;
let standby: TestStandby;

beforeAll(async () => {
  cluster = await startTestCluster();
  source = await createTestSource(cluster);
  standby = await startTestStandby(cluster);
});
afterAll(async () => {
  await standby?.close();
  await cluster?.close();
});

test('a standby is looked into like its primary, and takes no writes', async () => {
  const inspect = (port: number) =>
    withClient({ ...source.passage, port }, { side: 'source', run: 'run-1', epoch: 1 }, inspectDatabase);
  const primary = await inspect(cluster.port);
  const reader = await inspect(standby.port);
  expect(primary.rights.write).toBe(true);
  expect(reader).toMatchObject({ version: primary.version, rights: { ...primary.rights, write: false } });
});
