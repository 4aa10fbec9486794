import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { withClient } from '../../../lib/adapters/postgres/connect.ts';
import { readFence } from '../../../lib/adapters/postgres/fence-row.ts';
import { applicationName } from '../../../lib/adapters/postgres/names.ts';
import { proveFence } from '../../../lib/adapters/postgres/prove-fence.ts';
import { fenceSource, previewFence, sealSource, unfenceSource } from '../../../lib/adapters/postgres/source-fence.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { connect, createLogin, query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { createTestSource, readAccess, type TestSource } from '../../support/source.ts';
import { until } from '../../support/until.ts';

let cluster: TestCluster;
let source: TestSource;
const asRoot = (text: string) => asSuperuser(cluster, source.application.database, (client) => client.query(text));
const held = (epoch = 1) => ({ passage: source.passage, run: 'run-1', epoch });
/** Run, epoch and state, as they stand in the source. */
const fenceOf = ({ passage }: ReturnType<typeof held>) =>
  withClient(passage, { side: 'source', run: 'run-1', epoch: 1 }, readFence);
const fence = (epoch = 1) => fenceSource({ ...held(epoch), applicationLogins: [source.application.user] });

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.close());
beforeEach(async () => {
  source = await createTestSource(cluster);
});
// The next test's source shares the cluster, and with it the master that a fence locks.
afterEach(() =>
  asRoot(
    `DO $$ DECLARE login name; BEGIN
       FOR login IN SELECT rolname FROM pg_roles WHERE NOT rolcanlogin AND rolname ~ '^(master|retool|passage)'
       LOOP EXECUTE format('ALTER ROLE %I LOGIN', login); END LOOP; END $$`,
  ),
);

describe('the fence', () => {
  test('holds against the owner, in new sessions and open ones', async () => {
    const open = await connect(source.application);
    const ended = new Promise((resolve) => open.once('end', resolve));
    await fence();
    await ended;
    await expect(open.query("INSERT INTO users (email) VALUES ('late')")).rejects.toThrow();
    await expect(connect(source.application)).rejects.toMatchObject({ code: '28000' });
    await expect(connect({ ...source.application, database: 'postgres' })).rejects.toMatchObject({ code: '28000' });
    expect(await query(source.passage, 'SELECT count(*)::int AS n FROM public.users')).toEqual([{ n: 100 }]);
  });

  test('rolls back what an open transaction had not committed', async () => {
    const open = await connect(source.application);
    await open.query('BEGIN');
    await open.query("INSERT INTO users (email) VALUES ('uncommitted')");
    await fence();
    const proof = await proveFence({ ...held(), knownCredentials: [] });
    expect(proof.tables.find(({ name }) => name === 'public.users')).toMatchObject({ rows: 100, changed: 0 });
  });

  test('holds against logins that may connect by a grant, or by PUBLIC, and against the creator of roles', async () => {
    const granted = await createLogin(cluster, `${source.application.user}_granted`, source.application);
    const anybody = await createLogin(cluster, `${source.application.user}_anybody`, source.application);
    await asRoot(`GRANT CONNECT ON DATABASE ${source.application.database} TO ${granted.user}`);
    await fence();
    await expect(connect(granted)).rejects.toMatchObject({ code: '42501' });
    await expect(connect(anybody)).rejects.toMatchObject({ code: '42501' });
    // Since 16 nobody but a superuser may lock the creator of the application's role.
    const code = cluster.binaries.major < 16 ? '28000' : '42501';
    await expect(connect(source.master)).rejects.toMatchObject({ code });
  });

  test('refuses the superuser as an application login, before anything is changed', async () => {
    const root = await createLogin(cluster, `${source.application.user}_root`, { attributes: 'SUPERUSER' });
    const before = await readAccess(cluster, source);
    await expect(fenceSource({ ...held(), applicationLogins: [root.user] })).rejects.toMatchObject({
      name: 'FenceFailed',
      message: expect.stringContaining('superuser'),
    });
    await expect(fenceSource({ ...held(), applicationLogins: [source.passage.user] })).rejects.toMatchObject({
      name: 'FenceFailed',
    });
    expect(await readAccess(cluster, source)).toEqual(before);
    await asRoot(`DROP ROLE ${root.user}`);
  });

  test.each([
    ['pg_monitor', () => 'pg_monitor'],
    ['pg_signal_backend', () => 'pg_signal_backend'],
    ['membership in the owner', () => source.application.user],
  ])("refuses when Passage's login lacks %s, before anything is changed", async (_, role) => {
    // Since 16 a grant is its grantor's, and several may have given it.
    const by = cluster.binaries.major >= 16 ? 'GRANTED BY %s' : '';
    await asRoot(
      `DO $$ DECLARE granted record; BEGIN
         FOR granted IN SELECT grantor::regrole AS giver FROM pg_auth_members
                         WHERE roleid = '${role()}'::regrole AND member = '${source.passage.user}'::regrole
         LOOP EXECUTE format('REVOKE ${role()} FROM ${source.passage.user} ${by}', granted.giver); END LOOP; END $$`,
    );
    const before = await readAccess(cluster, source);
    await expect(fence()).rejects.toMatchObject({ name: 'FenceFailed' });
    expect(await readAccess(cluster, source)).toEqual(before);
  });

  test('refuses a login that does not exist: the application would go on with another one', async () => {
    await expect(fenceSource({ ...held(), applicationLogins: ['retol'] })).rejects.toMatchObject({
      name: 'FenceFailed',
      message: expect.stringContaining('no login "retol"'),
    });
    expect(await fenceOf(held())).toBeUndefined();
  });

  test('says what it will save without changing anything', async () => {
    const before = await readAccess(cluster, source);
    const preview = await previewFence({ ...held(), applicationLogins: [source.application.user] });
    expect(await readAccess(cluster, source)).toEqual(before);
    expect(preview.logins).toContain(source.application.user);
    expect(await fence()).toEqual(preview);
    expect(await previewFence({ ...held(), applicationLogins: [] })).toEqual(preview);
  });

  test('twice is harmless, and keeps what the first time saved', async () => {
    const before = await readAccess(cluster, source);
    const saved = await fence();
    expect(await fence()).toEqual(saved);
    await unfenceSource(held());
    expect(await readAccess(cluster, source)).toEqual(before);
  });
});

describe('undoing', () => {
  test('restores an intricate access list byte for byte', async () => {
    const { database, user: owner } = source.application;
    const [first, second] = [`${owner}_first`, `${owner}_second`];
    for (const login of [first, second]) await createLogin(cluster, login);
    await asRoot(`REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`);
    await asRoot(`GRANT CONNECT ON DATABASE ${database} TO ${first}, "${second}"`);
    await asRoot(`GRANT TEMPORARY ON DATABASE ${database} TO PUBLIC WITH GRANT OPTION`).catch(() => {});
    await asRoot(`GRANT CREATE ON DATABASE ${database} TO ${first} WITH GRANT OPTION`);
    await asRoot(`ALTER DATABASE ${database} SET default_transaction_read_only = off`);
    await asRoot(`ALTER DATABASE ${database} SET work_mem = '8MB'`);
    const before = await readAccess(cluster, source);
    await fence();
    expect(await readAccess(cluster, source)).not.toEqual(before);
    expect(await unfenceSource(held())).toEqual({ undone: true });
    expect(await readAccess(cluster, source)).toEqual(before);
    expect(await unfenceSource(held())).toEqual({ undone: false });
    expect(await query(source.application, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('rights granted by somebody else come back as theirs, or the fence is refused', async () => {
    const { database, user: owner } = source.application;
    const [giver, taker] = [await createLogin(cluster, `${owner}_giver`), await createLogin(cluster, `${owner}_taker`)];
    await asRoot(`GRANT CONNECT ON DATABASE ${database} TO ${giver.user} WITH GRANT OPTION`);
    await query({ ...giver, database }, `GRANT CONNECT ON DATABASE ${database} TO ${taker.user}`);
    const before = await readAccess(cluster, source);
    await expect(fence()).rejects.toMatchObject({ name: 'FenceFailed', message: expect.stringContaining(giver.user) });
    expect(await readAccess(cluster, source)).toEqual(before);
    await asRoot(`GRANT ${giver.user} TO ${source.passage.user}`);
    await fence();
    await expect(connect({ ...taker, database })).rejects.toMatchObject({ code: '42501' });
    await unfenceSource(held());
    expect(await readAccess(cluster, source)).toEqual(before);
  });

  for (const moment of ['before', 'after'] as const) {
    test(`restores everything when the fencing died ${moment} any of its statements`, async () => {
      const before = await readAccess(cluster, source);
      let died = 0;
      for (let at = 1; ; at++) {
        const outcome = await dyingAt(at, moment, () => fence()).then(
          () => 'done',
          (error) => error,
        );
        await unfenceSource(held());
        expect(await readAccess(cluster, source)).toEqual(before);
        if (outcome === 'done') break;
        died += 1;
        expect(outcome).toMatchObject({ name: 'SourceUnreachable' });
      }
      expect(died).toBeGreaterThan(15);
    });
  }

  test('ends what it began when the undoing died at any of its statements', async () => {
    const before = await readAccess(cluster, source);
    for (let at = 1; ; at++) {
      await fence();
      const outcome = await dyingAt(at, 'after', () => unfenceSource(held())).then(
        () => 'done',
        () => 'died',
      );
      await unfenceSource(held());
      expect(await readAccess(cluster, source)).toEqual(before);
      if (outcome === 'done') break;
    }
  });
});

describe('epochs', () => {
  test('another run cannot fence, seal or undo', async () => {
    await fence();
    const other = { ...held(), run: 'run-2' };
    await expect(fenceSource({ ...other, applicationLogins: [] })).rejects.toMatchObject({ name: 'Fenced' });
    await expect(sealSource(other)).rejects.toMatchObject({ name: 'Fenced' });
    await expect(unfenceSource(other)).rejects.toMatchObject({ name: 'Fenced' });
    expect(await fenceOf(held())).toEqual({ run: 'run-1', epoch: 1, state: 'fenced' });
  });

  test('a later epoch takes over and ends the sessions of the earlier one, which can do nothing more', async () => {
    await fence(1);
    const zombie = await connect(source.passage);
    await zombie.query('SET default_transaction_read_only = off');
    await zombie.query(`SET application_name = '${applicationName('run-1', 1)}'`);
    await zombie.query('BEGIN');
    await zombie.query('SELECT FROM passage.fence FOR SHARE');
    await fence(2);
    await expect(zombie.query('COMMIT')).rejects.toThrow();
    await expect(unfenceSource(held(1))).rejects.toMatchObject({ name: 'Fenced' });
    await expect(sealSource(held(1))).rejects.toMatchObject({ name: 'Fenced' });
    await unfenceSource(held(3));
    expect(await fenceOf(held())).toBeUndefined();
  });

  test('undoing waits for a fence that is about to be committed, though nobody sees it yet', async () => {
    const fencing = await connect(source.passage);
    await fencing.query('BEGIN');
    await fencing.query('SELECT pg_advisory_xact_lock(7277243)');
    let over = false;
    const undoing = unfenceSource(held(2)).finally(() => {
      over = true;
    });
    const waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 7277243 AND NOT granted";
    await until(async () => (await asRoot(waiting)).rows.length === 1);
    expect(over).toBe(false);
    await fencing.query('COMMIT');
    expect(await undoing).toEqual({ undone: false });
    await fencing.end();
  });

  test('a sealed source is not opened again, by any epoch', async () => {
    await fence();
    await sealSource(held());
    await sealSource(held());
    await expect(unfenceSource(held())).rejects.toMatchObject({ name: 'PastPointOfNoReturn' });
    await expect(unfenceSource(held(2))).rejects.toMatchObject({ name: 'PastPointOfNoReturn' });
    await expect(fence(2)).rejects.toMatchObject({ name: 'PastPointOfNoReturn' });
    await expect(connect(source.application)).rejects.toMatchObject({ code: '28000' });
  });

  test('a seal gives way to the one holder that the ledger lets, and to no earlier one', async () => {
    const before = await readAccess(cluster, source);
    await fence();
    await sealSource(held());
    expect(await unfenceSource({ ...held(2), evenSealed: true })).toEqual({ undone: true });
    expect(await readAccess(cluster, source)).toEqual(before);
    await expect(sealSource(held())).rejects.toMatchObject({ name: 'Fenced' });
  });
});

describe('the proof', () => {
  const prove = (more: Partial<Parameters<typeof proveFence>[0]> = {}) =>
    proveFence({ ...held(), knownCredentials: [source.application, source.master], ...more });

  test('names every refused attack and counts every table', async () => {
    await fence();
    const proof = await prove();
    const { database, user } = source.application;
    const refused = expect.stringMatching(/^refused: /);
    const administrator = expect.stringMatching(/^administrator, cannot be locked: GRANT .* succeeded$/);
    expect(proof.attacks).toEqual([
      { login: user, database, result: refused },
      { login: user, database: 'postgres', result: refused },
      { login: 'master', database, result: refused },
      { login: 'master', database: 'postgres', result: cluster.binaries.major < 16 ? refused : administrator },
    ]);
    expect(proof.unreachable.includes('master')).toBe(cluster.binaries.major >= 16);
    expect(proof.tables.map(({ name, rows, changed }) => ({ name, rows, changed }))).toEqual([
      { name: 'public.users', rows: 100, changed: 0 },
      { name: 'public.groups', rows: 2, changed: 0 },
    ]);
    expect(proof.sessions).toEqual([]);
    expect(await prove({ before: proof })).toEqual(proof);
  });

  test.each([
    ['a login that was opened again', () => `ALTER ROLE ${source.application.user} LOGIN`, /is open/],
    [
      'a right to connect that was given',
      () => `GRANT CONNECT ON DATABASE ${source.application.database} TO PUBLIC`,
      /PUBLIC may connect/,
    ],
    ['a row that was written', () => "UPDATE users SET email = 'late' WHERE id = 1", /: 1 row of public.users/],
    ['a row that was deleted', () => 'DELETE FROM users WHERE id = 1', /public.users .* is no longer as it was/],
    ['a table that was truncated', () => 'TRUNCATE groups', /public.groups .* is no longer as it was/],
    ['a sequence that moved', () => "SELECT nextval('users_id_seq')", /a sequence has moved/],
    [
      'a prepared transaction',
      () => "BEGIN; CREATE TABLE late (); PREPARE TRANSACTION 'late'",
      /prepared transaction late/,
    ],
  ])('fails on %s', async (_, breach, message) => {
    await fence();
    const before = await prove();
    await asRoot(breach());
    try {
      await expect(prove({ before })).rejects.toMatchObject({
        name: 'FenceFailed',
        message: expect.stringMatching(message),
      });
    } finally {
      await asRoot("ROLLBACK PREPARED 'late'").catch(() => {});
    }
  });

  test('fails on an attack that gets in', async () => {
    await fence();
    const spy = await createLogin(cluster, `${source.application.user}_spy`, source.application);
    await asRoot(`GRANT CONNECT ON DATABASE ${source.application.database} TO ${spy.user}`);
    await expect(prove({ knownCredentials: [spy] })).rejects.toMatchObject({
      message: expect.stringMatching(/_spy" on "source_\d+": SELECT lo_create\(0\) succeeded; \S+ may connect/),
    });
  });

  test('an attack without an answer proves nothing', async () => {
    await fence();
    // Port 1 of loopback: nobody listens there.
    await expect(prove({ knownCredentials: [{ ...source.application, port: 1 }] })).rejects.toMatchObject({
      message: expect.stringMatching(/no answer/),
    });
  });

  test('fails without a fence, and for another epoch', async () => {
    await expect(prove()).rejects.toMatchObject({ name: 'FenceFailed' });
    await fence(2);
    await expect(prove()).rejects.toMatchObject({ name: 'FenceFailed' });
  });
});

/** Runs `work` with a connection that is lost at its nth statement, before it is sent or after it was done. */
async function dyingAt<T>(nth: number, moment: 'before' | 'after', work: () => Promise<T>): Promise<T> {
  const original = pg.Client.prototype.query;
  let statements = 0;
  const dying = async function (this: pg.Client, ...given: unknown[]): Promise<unknown> {
    const send = () => Reflect.apply(original, this, given);
    statements += 1;
    if (statements !== nth) return send();
    if (moment === 'after') await send();
    (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    return send();
  };
  Object.assign(pg.Client.prototype, { query: dying });
  try {
    return await work();
  } finally {
    Object.assign(pg.Client.prototype, { query: original });
  }
}
