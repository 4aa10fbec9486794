import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fenceSource } from '../../../lambdas/fence-source/handler.ts';
import { proveFence } from '../../../lambdas/prove-fence/handler.ts';
import { sealSource } from '../../../lambdas/seal-source/handler.ts';
import { unfenceSource } from '../../../lambdas/unfence-source/handler.ts';
import type { Secrets } from '../../../lib/adapters/secrets.ts';
import { keys } from '../../../lib/domain/run.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import type { FenceProof } from '../../../lib/workflow/documents/proofs.ts';
import { declared } from '../../support/declared.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { source as findings, lease, noon } from '../../support/run-documents.ts';
import { createTestSource, readAccess, type TestSource } from '../../support/source.ts';
import { type Account, call, withRun } from '../account.ts';

let cluster: TestCluster;
let database: TestSource;
let it: Account;
const held = { lease };
const fence = () => fenceSource.run(it, held, call);
const prove = () => proveFence.run(it, held, call);
const seal = () => sealSource.run(it, held, call);
const unfence = () => unfenceSource.run(it, held, call);
const access = () => readAccess(cluster, database);
const write = () => query(database.application, "INSERT INTO users (email) VALUES ('late@example.com')");

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.close());

beforeEach(async () => {
  database = await createTestSource(cluster);
  const { passage, application } = database;
  const run = withRun();
  const logins: Record<string, { user: string; password: string }> = { passage, application };
  const secrets: Secrets = {
    ...run.secrets,
    login: async (id) => ({ username: logins[id]?.user ?? '', password: logins[id]?.password ?? '' }),
  };
  it = Object.assign(run, { secrets });
  const address = { host: passage.host, port: passage.port, database: passage.database, ssl: 'disable' as const };
  it.documents.tamper(
    keys.document('autumn', 'source'),
    findings({
      database: { secretArn: 'passage', ...address },
      applicationLogin: { user: application.user, secretArn: 'application' },
    }),
  );
});
// The next test's source shares the cluster, and with it the master that a fence locks.
afterEach(() =>
  asSuperuser(cluster, database.application.database, (client) =>
    client.query(
      `DO $$ DECLARE login name; BEGIN
         FOR login IN SELECT rolname FROM pg_roles WHERE NOT rolcanlogin AND rolname ~ '^(master|retool|passage)'
         LOOP EXECUTE format('ALTER ROLE %I LOGIN', login); END LOOP; END $$`,
    ),
  ),
);

describe('FenceSource', () => {
  test('closes the source to its application, with what it saved in the ledger', async () => {
    await write();
    expect(await fence()).toEqual({});
    await expect(write()).rejects.toThrow();
    expect(it.ledger()).toMatchObject({ effect: null, saved: { fence: expect.any(Object) } });
    expect(await fence()).toEqual({});
  });

  test('marks itself and saves before anything changes, so that a takeover in between finds the source open', async () => {
    const before = await access();
    it.documents.before(keys.ledger(lease.migration), async () => it.setLedger({ epoch: 2 }));
    await expect(fence()).rejects.toEqual(declared('LeaseLost'));
    expect(await access()).toEqual(before);
    await write();
  });

  test('waits while another effect may still act, and leaves the source open', async () => {
    it.setLedger({ effect: { task: 'StopSource', until: '2026-03-01T12:00:30.000Z' } });
    await expect(fence()).rejects.toEqual(declared('EffectInFlight'));
    await write();
  });

  test('refuses after the point of no return', async () => {
    it.setLedger({ pointOfNoReturn: noon });
    await expect(fence()).rejects.toEqual(declared('PastPointOfNoReturn'));
    await write();
  });

  test('a wrong password is the login that is refused, and is not repeated', async () => {
    const login = async () => ({ username: database.passage.user, password: 'not-the-password' });
    const error = await fenceSource
      .run({ ...it, secrets: { ...it.secrets, login } }, held, call)
      .catch((refused: unknown) => refused);
    expect(error).toEqual(declared('SourceLoginRefused'));
    expect(String(error)).not.toContain('not-the-password');
    expect(it.ledger().saved.fence).toBeNull();
  });
});

test('ProveFence attacks with the known login, writes what it met and says that the source is frozen', async () => {
  await fence();
  expect(await prove()).toEqual({});
  const proof = it.documents.json(keys.document('autumn', 'fence')) as FenceProof;
  expect(proof.attacks.length).toBeGreaterThan(0);
  expect(proof.attacks.map(({ login }) => login).join()).toContain(database.application.user);
  expect(proof.tables.map(({ name }) => name).join()).toContain('users');
  expect(proof.applicationRights).toContainEqual({
    object: 'public.users',
    rights: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  });
  expect(JSON.stringify(proof)).not.toContain(database.application.password);
  expect(it.ledger().phase).toBe('frozen');
});

test('ProveFence fails without a fence', async () => {
  await expect(prove()).rejects.toEqual(declared('FenceFailed'));
  expect(it.documents.objects.has(keys.document('autumn', 'fence'))).toBe(false);
});

test('UnfenceSource puts the source back exactly as it was, and a second time does nothing', async () => {
  const before = await access();
  await fence();
  await unfence();
  expect(await access()).toEqual(before);
  await write();
  await unfence();
  expect(await access()).toEqual(before);
});

test('SealSource proves the fence once more, and past the point of no return nobody opens the source', async () => {
  await fence();
  await prove();
  await seal();
  await seal();
  it.setLedger({ pointOfNoReturn: noon });
  await expect(unfence()).rejects.toEqual(declared('PastPointOfNoReturn'));
  await expect(write()).rejects.toThrow();
});

test('a seal without a point of no return in the ledger is undone like any fence', async () => {
  const before = await access();
  await fence();
  await prove();
  await seal();
  await unfence();
  expect(await access()).toEqual(before);
  await write();
});

test('SealSource seals nothing when a row was written behind the fence', async () => {
  await fence();
  await prove();
  await asSuperuser(cluster, database.application.database, (client) =>
    client.query("INSERT INTO users (email) VALUES ('behind@example.com')"),
  );
  await expect(seal()).rejects.toEqual(declared('FenceFailed'));
  // Not sealed: it can still be opened.
  await unfence();
  await write();
});
