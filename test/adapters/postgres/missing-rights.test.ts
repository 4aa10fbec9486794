import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Side, withClient } from '../../../lib/adapters/postgres/connect.ts';
import { refuseUncreatable, refuseUnreadable } from '../../../lib/adapters/postgres/missing-rights.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import type { WorkflowError } from '../../../lib/workflow/errors.ts';
import { declared } from '../../support/declared.ts';
import {
  createDatabase,
  createLogin,
  query,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../../support/postgres.ts';

let cluster: TestCluster;
/** Owns the database. */
let owner: TestLogin;
/** Asks, and may do nothing at first. */
let login: TestLogin;
let count = 0;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.close());
beforeEach(async () => {
  count += 1;
  const app = `App "${count}"`;
  owner = await createLogin(cluster, app);
  const { database } = await createDatabase(cluster, { owner: app });
  owner = { ...owner, database };
  login = await createLogin(cluster, `Passage ${count}`, { database });
});

const as = (side: Side) => ({ side, run: 'r', epoch: 1 });
const asked = (more: Partial<TestLogin> = {}) =>
  withClient({ ...login, ...more }, as('source'), (client) => refuseUnreadable(client, login));
const refusal = async (): Promise<WorkflowError> =>
  asked().then(
    () => Promise.reject('not refused'),
    (error) => error,
  );
const statements = ({ message }: Error) => message.split('\n').slice(1);

describe('a source', () => {
  test('whose every schema, table and sequence is closed is refused with one GRANT each for a whole schema', async () => {
    await query(
      owner,
      `CREATE SCHEMA "Bill""ing";
       CREATE TABLE "Bill""ing"."in.voices" (id int GENERATED ALWAYS AS IDENTITY);
       CREATE TABLE "Bill""ing".parts (at date) PARTITION BY RANGE (at);
       CREATE TABLE "Bill""ing".parts_1 PARTITION OF "Bill""ing".parts DEFAULT;
       CREATE TABLE a (id serial);
       CREATE VIEW not_copied AS SELECT 1 AS one`,
    );
    const error = await refusal();
    expect(error).toEqual(
      declared(
        'SourceRightsMissing',
        new RegExp(
          `Login "Passage ${count}" may not read in source database "${owner.database}" at 127.0.0.1:${owner.port}: schema "Bill""ing", sequence "Bill""ing"\\."in\\.voices_id_seq"`,
        ),
      ),
    );
    expect(error.message).toContain('table "public"."a"');
    expect(error.message).not.toContain('not_copied');
    expect(statements(error)).toEqual([
      `GRANT USAGE ON SCHEMA "Bill""ing" TO "Passage ${count}";`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA "Bill""ing" TO "Passage ${count}";`,
      `GRANT SELECT ON ALL SEQUENCES IN SCHEMA "Bill""ing" TO "Passage ${count}";`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA "public" TO "Passage ${count}";`,
      `GRANT SELECT ON ALL SEQUENCES IN SCHEMA "public" TO "Passage ${count}";`,
    ]);
    await query(owner, statements(error).join(''));
    await asked();
  });

  test('of which some things are closed is refused with these by name', async () => {
    await query(
      owner,
      `CREATE TABLE open (id int); CREATE TABLE closed (id int); CREATE TABLE "also closed" (id int);
       GRANT SELECT ON open TO "Passage ${count}";
       -- A right on a column is none on the table, which the copy locks.
       GRANT SELECT (id) ON closed TO "Passage ${count}"`,
    );
    const error = await refusal();
    expect(statements(error)).toEqual([
      `GRANT SELECT ON TABLE "public"."also closed", "public"."closed" TO "Passage ${count}";`,
    ]);
    await query(owner, statements(error).join(''));
    await asked();
  });

  test('with many closed things names the first 20 and how many more', async () => {
    await query(
      owner,
      `DO $$ BEGIN FOR i IN 1..30 LOOP EXECUTE format('CREATE TABLE t%s ()', lpad(i::text, 2, '0')); END LOOP; END $$;
       GRANT SELECT ON t01 TO "Passage ${count}"`,
    );
    const error = await refusal();
    expect(error.message).toMatch(/"t02", .*"t21" and 9 more\. Nothing was copied/);
    expect(statements(error)).toEqual([`GRANT SELECT ON ALL TABLES IN SCHEMA "public" TO "Passage ${count}";`]);
  });

  test.each([
    ['', () => [`GRANT "App ""${count}""" TO "Passage ${count}";`]],
    ['ALTER TABLE t FORCE ROW LEVEL SECURITY;', () => [`ALTER ROLE "Passage ${count}" BYPASSRLS;`]],
  ])('whose policies hide rows is refused, with what lets the login see them; %s', async (force, expected) => {
    await query(
      owner,
      `CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ${force}
       CREATE POLICY nobody ON t USING (false); GRANT SELECT ON t TO "Passage ${count}"`,
    );
    const error = await refusal();
    expect(error).toEqual(declared('SourceRightsMissing', /rows of "public"."t" behind row-level security/));
    expect(statements(error)).toEqual(expected());
    await asSuperuser(cluster, owner.database, (client) => client.query(statements(error).join('')));
    await asked();
  });

  test('whose large objects are closed is refused even to a login that reads all tables', async () => {
    await query(owner, 'SELECT lo_from_bytea(4711, $1), lo_from_bytea(4712, $1)', ['x']);
    await query(owner, `GRANT SELECT ON LARGE OBJECT 4712 TO PUBLIC`);
    await asSuperuser(cluster, 'postgres', (client) => client.query(`GRANT pg_read_all_data TO "Passage ${count}"`));
    const error = await refusal();
    expect(error.message).toMatch(/: large object 4711 of "App "\d+""\. Nothing/);
    expect(statements(error)).toEqual([`GRANT "App ""${count}""" TO "Passage ${count}";`]);
    await asSuperuser(cluster, 'postgres', (client) => client.query(statements(error).join('')));
    await asked();
  });
});

describe('a target', () => {
  const create = (into: boolean) => withClient(login, as('target'), (client) => refuseUncreatable(client, login, into));

  test('where the login may not create databases is refused', async () => {
    await expect(create(false)).rejects.toEqual(
      declared(
        'TargetRightsMissing',
        new RegExp(`may not create .*: databases\\.[^]*ALTER ROLE "Passage ${count}" CREATEDB;$`),
      ),
    );
  });

  test('where it may create nothing in the database is refused, if that is restored into', async () => {
    await asSuperuser(cluster, owner.database, (client) =>
      client.query(`ALTER ROLE "Passage ${count}" CREATEDB; REVOKE CREATE ON SCHEMA public FROM PUBLIC`),
    );
    await create(false);
    const error = await create(true).catch((refused: Error) => refused);
    expect(error).toEqual(declared('TargetRightsMissing'));
    expect(statements(error as Error)).toEqual([
      `GRANT CREATE ON DATABASE "${owner.database}" TO "Passage ${count}";`,
      `GRANT CREATE ON SCHEMA public TO "Passage ${count}";`,
    ]);
    await asSuperuser(cluster, owner.database, (client) => client.query(statements(error as Error).join('')));
    await create(true);
  });
});
