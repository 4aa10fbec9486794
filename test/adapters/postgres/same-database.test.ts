import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { refuseSameDatabase } from '../../../lib/adapters/postgres/same-database.ts';
import { declared } from '../../support/declared.ts';
import {
  createDatabase,
  createLogin,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../../support/postgres.ts';

let cluster: TestCluster;
let one: TestLogin;
const holder = { run: 'r', epoch: 1 };

beforeAll(async () => {
  cluster = await startTestCluster();
  one = await createDatabase(cluster);
});
afterAll(() => cluster.close());

test('one database is recognized under two hosts and two logins', async () => {
  const other = await createLogin(cluster, 'Somebody', { database: one.database });
  await expect(refuseSameDatabase(one, { ...other, host: 'localhost' }, holder)).rejects.toEqual(
    declared('ConfigurationInvalid', /target\.database is the source itself/),
  );
});

test('two databases of one server are two', async () => {
  await refuseSameDatabase(one, await createDatabase(cluster), holder);
});

test('databases of two servers are two, though each is the first of its server and bears the same name', async () => {
  const second = await startTestCluster();
  try {
    const { database } = one;
    await refuseSameDatabase(one, await createDatabase(second, { name: database }), holder);
  } finally {
    await second.close();
  }
});
