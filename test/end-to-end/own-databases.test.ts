import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../lib/local/processes/free-port.ts';
import { createWorkplace, type Workplace } from '../support/command-line.ts';
import { createDatabase, query, startTestCluster, type TestCluster, type TestLogin } from '../support/postgres.ts';
import { found, leaksIn } from '../support/secrets.ts';
import { createTestSource, readAccess, type TestSource } from '../support/source.ts';

/** Two servers of a user's own: the one is only read, the other gets one scratch database for as long as it takes. */
const MINUTES = 60_000;
const WRONG = 'not-the-password-at-all';

let place: Workplace;
let sourceCluster: TestCluster;
let targetCluster: TestCluster;
let source: TestSource;
let target: TestLogin;

beforeAll(async () => {
  place = createWorkplace();
  [sourceCluster, targetCluster] = await Promise.all([startTestCluster(), startTestCluster()]);
  source = await createTestSource(sourceCluster);
  target = await createDatabase(targetCluster, { name: 'new_home' });
  place.environment.SOURCE_PASSWORD = source.passage.password;
  writeFileSync(join(place.directory, 'target-password.txt'), `${target.password}\n`);
}, 3 * MINUTES);

afterAll(async () => {
  expect(await place.close()).toEqual([]);
  await sourceCluster.close();
  await targetCluster.close();
}, 3 * MINUTES);

interface Given {
  readonly source?: object;
  readonly target?: object;
}

/** The user's configuration, with what a test changes in it. */
function configure(changed: Given = {}): string {
  const address = ({ host, port, database, user }: TestLogin) => ({ host, port, database, user });
  const migration = {
    name: 'end-to-end',
    journey: 'retool-ecs-to-eks',
    platform: 'local',
    source: { database: { ...address(source.passage), password: { env: 'SOURCE_PASSWORD' }, ...changed.source } },
    target: { database: { ...address(target), password: { file: 'target-password.txt' }, ...changed.target } },
  };
  writeFileSync(join(place.directory, 'mine.json'), JSON.stringify(migration));
  return 'mine.json';
}

const rehearse = (...more: string[]) => place.run('rehearse', '--migration', 'mine.json', ...more);

const databasesOnTarget = async (): Promise<string[]> =>
  (await query<{ datname: string }>(target, 'SELECT datname FROM pg_database ORDER BY 1')).map(
    ({ datname }) => datname,
  );

/** Everything in the source by its own tools, every role and right, and whether any row was ever written meanwhile. */
async function everythingInTheSource() {
  const { passage } = source;
  const dump = spawnSync(sourceCluster.binaries.tool('pg_dump'), ['--quote-all-identifiers'], {
    env: {
      PATH: process.env.PATH,
      PGHOST: passage.host,
      PGPORT: String(passage.port),
      PGDATABASE: passage.database,
      PGUSER: passage.user,
      PGPASSWORD: passage.password,
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  // Since August 2025 a dump begins and ends with a key that is another each time.
  const text = dump.stdout.toString('utf8').replaceAll(/^\\(un)?restrict .*$/gm, '');
  const [written] = await query(
    source.master,
    'SELECT sum(n_tup_ins) AS inserted, sum(n_tup_upd) AS updated, sum(n_tup_del) AS deleted FROM pg_stat_user_tables',
  );
  return {
    dump: createHash('sha256').update(text).digest('hex'),
    lines: text.split('\n').length,
    access: await readAccess(sourceCluster, source),
    written,
  };
}

test(
  'a rehearsal reads the source, proves the copy, says what it left out, and leaves nothing',
  async () => {
    configure();
    const before = await everythingInTheSource();
    expect(before.lines).toBeGreaterThan(100);
    const databases = await databasesOnTarget();

    const { code, output } = await rehearse();
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('end-to-end: rehearsed') });
    const run = /Run (rehearsal-\S+)/.exec(output)![1]!;
    const folder = join(place.memory, 'runs', run);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('ECS, EKS and DNS');
    expect(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'))).toMatchObject({
      verdict: 'rehearsed',
      leftOut: expect.arrayContaining([expect.objectContaining({ what: 'ECS, EKS and DNS' })]),
    });

    expect(await everythingInTheSource()).toEqual(before);
    expect(await databasesOnTarget()).toEqual(databases);
    expect(await place.leftovers()).toEqual([]);
    const passwords = new Map([
      ['source', source.passage.password],
      ['target', target.password],
    ]);
    expect(found(output, passwords)).toEqual([]);
    expect(leaksIn(place.memory, new Map([['value', passwords]]))).toEqual([]);
  },
  4 * MINUTES,
);

test(
  'with --keep the scratch database stays to be looked at',
  async () => {
    configure();
    const before = await databasesOnTarget();
    expect(await rehearse('--keep')).toMatchObject({ code: 0 });
    const [kept = '', ...others] = (await databasesOnTarget()).filter((name) => !before.includes(name));
    expect(others).toEqual([]);
    expect(kept).toMatch(/^passage_rehearsal_/);
    const [{ users } = { users: 0 }] = await query<{ users: string }>(
      { ...target, database: kept },
      'SELECT count(*) AS users FROM public.users',
    );
    expect(Number(users)).toBe(100);
    await query(target, `DROP DATABASE ${kept}`);
  },
  4 * MINUTES,
);

test(
  "a wrong password is the source's fault, and is shown nowhere",
  async () => {
    configure();
    const right = place.environment.SOURCE_PASSWORD!;
    place.environment.SOURCE_PASSWORD = WRONG;
    const { code, output } = await rehearse();
    place.environment.SOURCE_PASSWORD = right;
    expect({ code, output }).toMatchObject({ code: 6, output: expect.stringMatching(/password|login/i) });
    expect(output).not.toContain(WRONG);
    expect(leaksIn(place.memory, new Map([['value', new Map([['wrong', WRONG]])]]))).toEqual([]);
    expect(await place.leftovers()).toEqual([]);
  },
  4 * MINUTES,
);

test.each([
  ['source', 6],
  ['target', 7],
] as const)(
  'a %s that does not answer is its own fault, and is named',
  async (side, expected) => {
    const port = await freePort();
    configure({ [side]: { port } });
    const { code, output } = await rehearse();
    expect({ code, output }).toMatchObject({ code: expected, output: expect.stringContaining(`127.0.0.1:${port}`) });
  },
  4 * MINUTES,
);

test(
  'a configuration that cannot be right is refused with the path of the field, before anything is started',
  async () => {
    const { host, port, database } = target;
    const refused = async (changed: Given, told: RegExp) => {
      configure(changed);
      expect(await rehearse()).toMatchObject({ code: 3, output: expect.stringMatching(told) });
    };
    await refused({ source: { host, port, database } }, /target\.database: is the source itself/);
    await refused(
      { source: { password: { env: 'NO_SUCH_VARIABLE' } } },
      /source\.database\.password: .*NO_SUCH_VARIABLE is not set/,
    );
    await refused({ target: { password: { file: 'no-such-file' } } }, /target\.database\.password: .*no-such-file/);
  },
  4 * MINUTES,
);

test(
  "a cutover between a user's own servers is refused",
  async () => {
    configure();
    const { code, output } = await place.run('cutover', '--migration', 'mine.json');
    expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining('Only the sample') });
  },
  4 * MINUTES,
);
