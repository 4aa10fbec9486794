import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withClient } from '../../../lib/adapters/postgres/connect.ts';
import { extensionsInStore } from '../../../lib/adapters/postgres/extensions-in-store.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import {
  createDatabase,
  createLogin,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../../support/postgres.ts';

let cluster: TestCluster;
/** Owns a database, and is no superuser. */
let login: TestLogin;

beforeAll(async () => {
  cluster = await startTestCluster();
  const owner = await createLogin(cluster, 'restorer');
  const { database } = await createDatabase(cluster, { owner: 'restorer' });
  login = { ...owner, database };
});
afterAll(() => cluster.close());

const inStore = async (...names: string[]) =>
  withClient(login, { side: 'target', run: 'r', epoch: 1 }, (client) => extensionsInStore(client, names));

test('one that is trusted may be created, one for superusers may not, and an unheard one is not there', async () => {
  expect(await inStore('citext', 'pageinspect', 'unheard_of', 'plpgsql')).toEqual([
    { name: 'citext', installed: null, version: expect.stringMatching(/^\d/), requires: [], creatable: 'yes' },
    { name: 'pageinspect', installed: null, version: expect.stringMatching(/^\d/), requires: [], creatable: 'no' },
    { name: 'unheard_of', installed: null, version: null, requires: [], creatable: 'no' },
  ]);
});

test('what it requires is told', async () => {
  expect(await inStore('earthdistance')).toMatchObject([{ requires: ['cube'] }]);
});

test('one for superusers that the named database has already still may not be created in another', async () => {
  await asSuperuser(cluster, login.database, (client) => client.query(`CREATE EXTENSION pageinspect VERSION '1.9'`));
  expect(await inStore('pageinspect')).toMatchObject([{ installed: '1.9', creatable: 'no' }]);
});

test("RDS's master may create what rds.extensions names, as far as rds.allowed_extensions allows it", async () => {
  await asSuperuser(cluster, login.database, async (client) => {
    await client.query('GRANT rds_superuser TO restorer');
    await client.query(`ALTER ROLE restorer SET rds.extensions = 'citext, pageinspect, cube'`);
  });
  expect(await inStore('pageinspect', 'amcheck')).toMatchObject([
    { name: 'amcheck', creatable: 'no' },
    { name: 'pageinspect', creatable: 'provider' },
  ]);
  await asSuperuser(cluster, login.database, (client) =>
    client.query(`ALTER ROLE restorer SET rds.allowed_extensions = 'pageinspect, hstore'`),
  );
  expect(await inStore('pageinspect', 'citext', 'hstore')).toMatchObject([
    { name: 'citext', creatable: 'no' },
    { name: 'hstore', creatable: 'yes' },
    { name: 'pageinspect', creatable: 'provider' },
  ]);
});

test("the simulated provider's master may create what any owner may, and nothing else", async () => {
  const asMaster = await withClient(cluster.master, { side: 'target', run: 'r', epoch: 1 }, (client) =>
    extensionsInStore(client, ['citext', 'pageinspect']),
  );
  expect(asMaster).toMatchObject([{ creatable: 'yes' }, { creatable: 'no' }]);
});
