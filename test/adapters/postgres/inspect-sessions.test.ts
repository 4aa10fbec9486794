import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { inspectSessions } from '../../../lib/adapters/postgres/inspect-sessions.ts';
import { beginsWith } from '../../../lib/domain/session-settings.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { SessionDefaults } from '../../../lib/workflow/documents/sessions.ts';
import {
  connect,
  createDatabase,
  createLogin,
  query,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../../support/postgres.ts';

let cluster: TestCluster;
let passage: TestLogin;
let application: TestLogin;
const as = { side: 'target', run: 'autumn', epoch: 3 } as const;

const provider = (text: string) => asSuperuser(cluster, 'postgres', (client) => client.query(text));

beforeAll(async () => {
  cluster = await startTestCluster({ settings: { idle_session_timeout: '90min' } });
  passage = await createDatabase(cluster);
  application = await createLogin(cluster, 'app', { database: passage.database });
});
afterAll(() => cluster.close());

test('what sessions begin with is what they do begin with, whoever sets it and however Passage sets its own', async () => {
  const { database } = passage;
  await provider(`ALTER DATABASE "${database}" SET statement_timeout = '9s'`);
  await provider('ALTER ROLE app SET default_transaction_read_only = on');
  await provider(`ALTER ROLE app IN DATABASE "${database}" SET statement_timeout = '8s'`);
  await provider(`ALTER DATABASE "${database}" SET app.jwt_secret = 'hush-hush'`);
  await provider("ALTER ROLE master SET lock_timeout = '1s'");
  await provider("ALTER ROLE app IN DATABASE postgres SET work_mem = '1MB'");
  const found = SessionDefaults.parse(await inspectSessions(passage, as, 'app'));
  expect(found.stored).toEqual(
    expect.arrayContaining([
      { login: 'app', here: false, name: 'default_transaction_read_only', value: 'on' },
      { login: null, here: true, name: 'statement_timeout', value: '9s' },
      { login: null, here: true, name: 'app.jwt_secret', value: null },
    ]),
  );
  expect(JSON.stringify(found)).not.toContain('hush');
  expect(found.stored.map(({ name }) => name)).not.toContain('work_mem');

  for (const name of ['statement_timeout', 'default_transaction_read_only', 'search_path', 'idle_session_timeout']) {
    const [real] = await query<{ value: string }>(
      application,
      'SELECT setting AS value FROM pg_settings WHERE name = $1',
      [name],
    );
    expect([name, beginsWith(found, 'app', name)]).toEqual([name, name === 'statement_timeout' ? '8s' : real?.value]);
  }
  expect(beginsWith(found, 'master', 'statement_timeout')).toBe('9s');
  // Hidden by what Passage's own login has; that of the application is the server's, and not known.
  expect(beginsWith(found, 'app', 'lock_timeout')).toBeNull();
  await provider('ALTER ROLE master RESET lock_timeout');
});

test('limits and sessions are those of the database and of each login', async () => {
  await provider(`ALTER DATABASE "${passage.database}" CONNECTION LIMIT 30`);
  await provider('ALTER ROLE app CONNECTION LIMIT 7');
  const open = [await connect(application), await connect(application)];
  expect(await inspectSessions(passage, as, 'app')).toMatchObject({
    limit: 30,
    sessions: 3,
    reserved: 3,
    logins: [
      {
        login: 'app',
        of: 'application',
        exists: true,
        maySignIn: true,
        superuser: false,
        administrator: false,
        limit: 7,
        sessions: 2,
        sessionsHere: 2,
        hasPassageRights: false,
        rightsAhead: false,
      },
      {
        login: 'master',
        of: 'passage',
        superuser: false,
        administrator: true,
        limit: null,
        sessions: 1,
        sessionsHere: 0,
        hasPassageRights: true,
        rightsAhead: true,
      },
    ],
  });
  await Promise.all(open.map((client) => client.end()));
});

test('a login that is not there, may not sign in, or is the same', async () => {
  const of = async (application: string | null) => (await inspectSessions(passage, as, application)).logins;
  expect(await of('nobody')).toContainEqual(
    expect.objectContaining({ login: 'nobody', exists: false, maySignIn: false }),
  );
  await provider("ALTER ROLE app VALID UNTIL '2001-01-01'");
  expect(await of('app')).toContainEqual(expect.objectContaining({ login: 'app', exists: true, maySignIn: false }));
  expect(await of('master')).toMatchObject([{ login: 'master', of: 'both' }]);
  expect(await of(null)).toMatchObject([{ login: 'master', of: 'passage' }]);
});
