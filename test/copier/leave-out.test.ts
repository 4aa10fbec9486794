import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { asSuperuser } from '../../lib/local/postgres/master.ts';
import { declared } from '../support/declared.ts';
import { query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, prepareCopying } from './support/copying.ts';

let cluster: TestCluster;
let copying: Copying;

beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  copying = await prepareCopying(cluster, 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
});
afterEach(() => copying.close());
afterAll(() => cluster.close());

const without = (...extensions: string[]) => ({ input: { leaveOut: { extensions } } });
const extensions = async () =>
  (
    await query<{ name: string }>(copying.target, "SELECT extname AS name FROM pg_extension WHERE extname <> 'plpgsql'")
  ).map(({ name }) => name);

test('extensions that are named are left out, told in the manifest, and no difference; the others are copied', async () => {
  await asSuperuser(cluster, copying.source.database, async (client) => {
    await client.query('CREATE EXTENSION pageinspect');
    await client.query('CREATE EXTENSION citext');
  });
  await copying.dump({}, without('pageinspect', 'unheard_of'));
  await copying.restore();
  expect(await extensions()).toEqual(['citext']);
  expect(await copying.differences()).toEqual([]);
  expect((await copying.manifest('dump')).leftOut).toContainEqual({
    what: '1 extensions: pageinspect',
    because: 'the configuration leaves them out (copy.leaveOut.extensions)',
  });
});

test('what needs an extension that is left out cannot be restored, and says so', async () => {
  await asSuperuser(cluster, copying.source.database, (client) => client.query('CREATE EXTENSION citext'));
  await query(copying.source, 'CREATE TABLE words (word citext)');
  await copying.dump({}, without('citext'));
  await expect(copying.restore()).rejects.toEqual(declared('RestoreFailed', /citext/));
});

test('tables in which an extension keeps rows of its users are left out with it', async () => {
  await asSuperuser(cluster, copying.source.database, async (client) => {
    await client.query('CREATE EXTENSION citext');
    // As an extension's own script declares its configuration.
    await client.query(`CREATE TABLE public.settings (name text); INSERT INTO public.settings VALUES ('kept');
      ALTER EXTENSION citext ADD TABLE public.settings;
      UPDATE pg_extension SET extconfig = ARRAY['public.settings'::regclass::oid], extcondition = ARRAY['']
       WHERE extname = 'citext'`);
  });
  await copying.dump({}, without('citext'));
  await copying.restore();
  expect((await copying.manifest('dump')).tables.map(({ name }) => name)).toEqual(['t']);
  expect(await copying.differences()).toEqual([]);
});
