import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { proveWrite } from '../../../lib/adapters/postgres/prove-write.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { declared } from '../../support/declared.ts';
import {
  connect,
  createDatabase,
  createLogin,
  query,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../../support/postgres.ts';

const holder = { run: 'autumn', epoch: 3 };
let cluster: TestCluster;
let logins = 0;
/** The application's login, and who made the tables. */
let application: TestLogin;
let owner: TestLogin;

const provider = (text: string) =>
  asSuperuser(cluster, 'postgres', (client) =>
    client.query(text.replace('$database', `"${application.database}"`).replace('$role', `"${application.user}"`)),
  );

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.close());

beforeEach(async () => {
  logins += 1;
  owner = await createDatabase(cluster);
  application = await createLogin(cluster, `app_${logins}`, { database: owner.database });
  await provider(`GRANT "${owner.user}" TO $role`);
  await query(owner, 'CREATE TABLE apps (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)');
  await query(owner, "INSERT INTO apps (name) VALUES ('first'), ('second')");
});

test('a write as the application is accepted, and nothing is left of it', async () => {
  await query(
    owner,
    `CREATE TABLE fired (what text);
     CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO fired VALUES (TG_OP); RETURN NEW; END $$;
     CREATE TABLE aa_triggered (id int PRIMARY KEY); INSERT INTO aa_triggered VALUES (1);
     CREATE TRIGGER fire BEFORE UPDATE ON aa_triggered FOR EACH STATEMENT EXECUTE FUNCTION fire();`,
  );
  const state = () =>
    query(
      owner,
      `SELECT (SELECT array_agg((xmin, id, name)::text ORDER BY id) FROM apps) AS rows,
              (SELECT last_value FROM apps_id_seq) AS sequence, (SELECT count(*)::int FROM fired) AS fired`,
    );
  const before = await state();
  await provider("ALTER ROLE $role SET statement_timeout = '45s'");
  expect(await proveWrite(application, holder, null)).toEqual({
    table: 'public.apps',
    settings: [{ name: 'statement_timeout', value: '45000' }],
    notes: [],
  });
  expect(await state()).toEqual(before);
});

test.each([
  ['the database', 'ALTER DATABASE $database SET default_transaction_read_only = on'],
  ['the login', 'ALTER ROLE $role SET default_transaction_read_only = on'],
  ['the login in this database', 'ALTER ROLE $role IN DATABASE $database SET default_transaction_read_only = on'],
])('%s that is read-only is found, which Passage itself would not notice', async (_, setting) => {
  await provider(setting);
  const error = await proveWrite(application, holder, null).catch((caught: Error) => caught);
  expect(error).toEqual(
    declared(
      'TargetWriteRefused',
      /cannot execute UPDATE in a read-only transaction.*25006.*default_transaction_read_only/s,
    ),
  );
  expect((error as Error).message).toContain(`"${application.user}" in database "${application.database}"`);
  expect((error as Error).message).not.toContain(application.password);
});

test('a database without any row to touch is told by whether it is read-only', async () => {
  await query(owner, 'DROP TABLE apps');
  expect(await proveWrite(application, holder, null)).toEqual({ table: null, settings: [], notes: [] });
  await provider('ALTER DATABASE $database SET default_transaction_read_only = on');
  await expect(proveWrite(application, holder, null)).rejects.toEqual(
    declared('TargetWriteRefused', /transactions are read-only/),
  );
});

describe('a login that is no member of the owner', () => {
  const all = [
    { object: 'public.apps', rights: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
    { object: 'public.apps_id_seq', rights: ['USAGE'] },
  ];
  beforeEach(() => provider(`REVOKE "${owner.user}" FROM $role`));

  test('is refused what it could write on the source, with what grants it', async () => {
    await query(owner, `GRANT SELECT, INSERT, UPDATE ON apps TO "${application.user}"`);
    await expect(proveWrite(application, holder, all)).rejects.toEqual(
      declared(
        'TargetWriteRefused',
        /may not write public\.apps, public\.apps_id_seq as on the source.*GRANT DELETE ON TABLE public\.apps TO "app_.*GRANT USAGE ON SEQUENCE public\.apps_id_seq TO/s,
      ),
    );
  });

  test('is asked for nothing that it could not write there either', async () => {
    await query(
      owner,
      `CREATE SCHEMA reporting;
       CREATE TABLE reporting.a_larger_one (id int PRIMARY KEY);
       INSERT INTO reporting.a_larger_one SELECT generate_series(1, 5000);
       ANALYZE reporting.a_larger_one;
       GRANT USAGE ON SCHEMA reporting TO "${application.user}";
       GRANT ALL ON apps, apps_id_seq TO "${application.user}"`,
    );
    expect(await proveWrite(application, holder, all)).toEqual({ table: 'public.apps', settings: [], notes: [] });
    await query(owner, `REVOKE INSERT, DELETE ON apps FROM "${application.user}"`);
    const readsAndMends = [{ object: 'public.apps', rights: ['SELECT', 'UPDATE'] }];
    expect(await proveWrite(application, holder, readsAndMends)).toMatchObject({ table: 'public.apps', notes: [] });
  });

  test('has a note of what it may not write where the source is not known, and is refused where that is all', async () => {
    await query(
      owner,
      `CREATE TABLE beside (id int PRIMARY KEY); GRANT SELECT, UPDATE ON apps TO "${application.user}"`,
    );
    expect(await proveWrite(application, holder, null)).toMatchObject({
      table: 'public.apps',
      notes: [expect.stringMatching(/may not write public\.apps, .*public\.beside; whether .* not known/)],
    });
    await query(owner, `REVOKE UPDATE ON apps FROM "${application.user}"`);
    await expect(proveWrite(application, holder, null)).rejects.toEqual(
      declared('TargetWriteRefused', /may not write public\.apps, .*public\.beside/),
    );
  });
});

test('a timeout that cuts it is told as such', async () => {
  // For the one statement that waits; whatever is asked before has to come through.
  await provider("ALTER ROLE $role SET statement_timeout = '1s'");
  const holding = await connect(owner);
  await holding.query('BEGIN; LOCK TABLE apps IN ACCESS EXCLUSIVE MODE');
  await expect(proveWrite(application, holder, null)).rejects.toEqual(
    declared('TargetWriteRefused', /57014.*Reset the timeout/s),
  );
  await holding.end();
});

test('without a session it is not the write that was refused', async () => {
  await expect(proveWrite({ ...application, password: 'wrong' }, holder, null)).rejects.toEqual(
    declared('TargetLoginRefused'),
  );
  await provider('ALTER ROLE $role CONNECTION LIMIT 0');
  await expect(proveWrite(application, holder, null)).rejects.toEqual(declared('TargetUnreachable', /rolconnlimit/));
});
