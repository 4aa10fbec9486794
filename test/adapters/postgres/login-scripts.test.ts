import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { collationOf } from '../../../lib/adapters/postgres/collation.ts';
import { withClient } from '../../../lib/adapters/postgres/connect.ts';
import { inspectDatabase } from '../../../lib/adapters/postgres/inspect.ts';
import { refuseUncreatable, refuseUnreadable } from '../../../lib/adapters/postgres/missing-rights.ts';
import { scratchDatabaseName } from '../../../lib/adapters/postgres/names.ts';
import { readSourceRights } from '../../../lib/adapters/postgres/source-rights.ts';
import { statement } from '../../../lib/adapters/postgres/statements.ts';
import { dropScratch, emptyTarget, prepareTarget } from '../../../lib/adapters/postgres/target.ts';
import { loginFiles, psqlText } from '../../../lib/domain/files/logins.ts';
import type { Collected } from '../../../lib/domain/preflight/check.ts';
import { checks } from '../../../lib/domain/preflight/checks.ts';
import { rbacFor } from '../../../lib/kubernetes/rbac.ts';
import { hostile } from '../../domain/files/hostile.ts';
import { createDatabase, query, startTestCluster, type TestCluster, type TestLogin } from '../../support/postgres.ts';
import { databases, deployed, dns, plan, source, target } from '../../support/run-documents.ts';

let cluster: TestCluster;
let folder: string;
let count = 0;
/** A name that would break out of most languages. */
let application: TestLogin;
let login: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'passage-logins-'));
  cluster = await startTestCluster();
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  count += 1;
  login = `passage_${count}`;
  const user = `re"tool' ${count}\\ \n:x \`id\` $(id)`;
  application = { ...cluster.master, user, password: 'of-the-application' };
  // By the master: since PostgreSQL 16 only who created a role may grant and alter it.
  await query(cluster.master, `CREATE ROLE ${quoted(user)} LOGIN PASSWORD 'of-the-application'`);
});

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The file as a run writes it. */
function write(name: string): string {
  const files = loginFiles(
    {
      configuration: deployed(),
      plan: plan(),
      source: source({ applicationDatabase: { ...source().applicationDatabase!, user: application.user } }),
      target: target({ applicationDatabase: { ...target().applicationDatabase!, user: application.user } }),
      dns: dns(),
    },
    {
      createSourceLogin: statement('create-source-login'),
      createTargetLogin: statement('create-target-login'),
      createSecrets: '',
      rbac: rbacFor,
    },
  );
  const path = join(folder, name);
  writeFileSync(path, files.find((file) => file.name === name)?.text ?? '');
  return path;
}

let password = 'of-passage';
beforeEach(() => {
  password = 'of-passage';
});

function psql(path: string, database: string, ...options: string[]) {
  return spawnSync(
    cluster.binaries.tool('psql'),
    ['--no-psqlrc', '--quiet', ...options, `--set=login=${login}`, `--file=${path}`],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        PGHOST: cluster.host,
        PGPORT: String(cluster.port),
        PGUSER: cluster.master.user,
        PGPASSWORD: cluster.master.password,
        PGDATABASE: database,
        PASSAGE_SOURCE_PASSWORD: password,
        PASSAGE_TARGET_PASSWORD: password,
      },
    },
  );
}

/** As a person would: by psql, as the weak master. */
function runFile(name: string, database: string): void {
  const { status, stderr } = psql(write(name), database, `--set=database=${database}`);
  // A second run is told what it finds done already.
  expect([status, /ERROR.*/.exec(stderr)]).toEqual([0, null]);
}
const passage = (database: string): TestLogin => ({ ...cluster.master, database, user: login, password: 'of-passage' });

/** What preflight says of the rights that were read. */
async function findings(side: 'source' | 'target', database: string, ids: readonly string[]) {
  const { rights } = await withClient(passage(database), { side, run: 'r', epoch: 1 }, inspectDatabase);
  const found = databases();
  found[side] = { ...found[side], rights: { ...rights } };
  return checks
    .filter(({ id }) => ids.includes(id))
    .map((check) =>
      check.look({
        plan: plan(),
        configuration: deployed(),
        source: source(),
        target: target(),
        dns: dns(),
        databases: found,
      } as Collected),
    )
    .map((result) => result?.severity);
}

test('a text that was found is one argument of psql, whatever it holds', () => {
  const texts = hostile.filter((text) => !text.includes('\u0000'));
  const path = join(folder, 'texts.sql');
  const lines = texts.map((text) => `\\set found ${psqlText(text)}\nSELECT to_jsonb(:'found'::text);\n`);
  writeFileSync(path, lines.join(''));
  const { stdout, stderr } = psql(path, 'postgres', '--tuples-only', '--no-align');
  expect(stderr).toBe('');
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(texts);
});

describe('the login that the file for the source makes', () => {
  test('has every right that a copy and the fence ask for, twice run as well', async () => {
    const { database } = await createDatabase(cluster, { owner: application.user });
    await query(
      { ...application, database },
      'CREATE TABLE users (id int); CREATE SCHEMA more; CREATE SEQUENCE more.s',
    );
    runFile('create-source-login.sql', database);
    runFile('create-source-login.sql', database);
    const own = passage(database);
    await withClient(own, { side: 'source', run: 'r', epoch: 1 }, async (client) => {
      await refuseUnreadable(client, own);
      expect(await readSourceRights(client, [application.user])).toMatchObject({
        logins: expect.arrayContaining([application.user]),
      });
    });
    expect(await findings('source', database, ['database-rights', 'fence-rights'])).toEqual(['PASS', 'PASS']);
  });
});

test.each(['source', 'target'] as const)(
  'a second run without a password leaves the %s login its own',
  async (side) => {
    const { database } = await createDatabase(cluster, side === 'source' ? { owner: application.user } : {});
    runFile(`create-${side}-login.sql`, database);
    password = '';
    runFile(`create-${side}-login.sql`, database);
    expect(await query(passage(database), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  },
);

describe('the login that the file for the target makes', () => {
  test('restores, and what it restores the application uses and migrates like its own', async () => {
    const { database } = await createDatabase(cluster);
    runFile('create-target-login.sql', database);
    runFile('create-target-login.sql', database);
    const own = passage(database);
    const as = { run: 'r', epoch: 1 };
    await withClient(own, { side: 'target', ...as }, (client) => refuseUncreatable(client, own, true));
    expect(await findings('target', database, ['database-rights'])).toEqual(['PASS']);

    const facts = {
      encoding: 'UTF8',
      collation: collationOf({ datcollate: 'C', datctype: 'C', datlocprovider: 'c' }),
      major: 14,
    };
    const scratch = { admin: own, database: scratchDatabaseName('r'), ...as };
    expect(await prepareTarget({ ...scratch, ...facts })).toMatchObject({
      created: true,
    });
    await dropScratch(scratch);

    const into = { admin: own, database, ...as };
    await prepareTarget({ ...into, ...facts });
    await query(own, 'CREATE TABLE pages (id int); INSERT INTO pages VALUES (1); CREATE EXTENSION citext');
    const served = { ...application, database };
    await query(served, 'ALTER TABLE pages ADD COLUMN title text; INSERT INTO pages VALUES (2); DROP TABLE pages');
    await emptyTarget(into);
  });

  test('is no superuser, creates no roles and does not make the application more than it was', async () => {
    const { database } = await createDatabase(cluster);
    runFile('create-target-login.sql', database);
    const roles = await query<object>(
      cluster.master,
      `SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname IN ('${login}', '${application.user.replaceAll("'", "''")}') ORDER BY rolname = '${login}'`,
    );
    const none = { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolbypassrls: false };
    expect(roles).toEqual([none, { ...none, rolcreatedb: true }]);
  });

  test('is not made in another database than the one that the run found, or that is named', async () => {
    const { database } = await createDatabase(cluster);
    const path = write('create-target-login.sql');
    const unnamed = join(folder, 'unnamed.sql');
    writeFileSync(unnamed, statement('create-target-login'));
    const { database: found } = target().database;
    for (const [file, options, why] of [
      [path, [], `this is database ${database} and not ${found}`],
      [path, ['--set=database=other'], `this is database ${database} and not other`],
      [unnamed, ['--set=application=retool'], 'say which database'],
    ] as const) {
      const { status, stderr } = psql(file, database, ...options);
      expect(status).not.toBe(0);
      expect(stderr).toContain(`Nothing was changed: ${why}`);
    }
    expect(await query(cluster.master, `SELECT FROM pg_roles WHERE rolname = '${login}'`)).toEqual([]);
  });

  test('is not made by somebody who may not give it its rights', async () => {
    const { database } = await createDatabase(cluster, { owner: application.user });
    const { status, stderr } = psql(write('create-target-login.sql'), database, `--set=database=${database}`);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/run this as the owner|permission denied for database/);
    const made = await query(cluster.master, `SELECT FROM pg_roles WHERE rolname = '${login}'`);
    expect(made).toEqual([]);
  });
});
