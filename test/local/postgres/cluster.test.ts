import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Cluster, startCluster } from '../../../lib/local/postgres/cluster.ts';
import { asSuperuser, createMaster } from '../../../lib/local/postgres/master.ts';
import { prepareClusterDirectory, stepDownUser } from '../../../lib/local/postgres/step-down.ts';

const master = { user: 'master', password: 'a-password-of-the-test' };
let directory: string;
let cluster: Cluster;

beforeAll(async () => {
  directory = prepareClusterDirectory(stepDownUser() ? tmpdir() : mkdtempSync(join(tmpdir(), 'passage-test-cluster-')));
  cluster = await startCluster({ directory, name: 'test', durable: false });
  await createMaster(cluster, master);
});

afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function asMaster<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ host: cluster.host, port: cluster.port, database: 'postgres', ...master });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

test('the server listens on loopback only, in UTF8 and the C.UTF-8 locale', async () => {
  const [settings] = await asMaster(
    async (client) =>
      (
        await client.query(
          `SELECT current_setting('listen_addresses') AS addresses, current_setting('server_encoding') AS encoding,
                  datcollate AS collation FROM pg_database WHERE datname = 'postgres'`,
        )
      ).rows,
  );
  expect(settings).toMatchObject({ addresses: '127.0.0.1', encoding: 'UTF8', collation: expect.stringMatching(/^C/) });
});

test('the master is no superuser, and the superuser has no way in but the socket', async () => {
  const [role] = await asMaster(
    async (client) =>
      (await client.query('SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user'))
        .rows,
  );
  expect(role).toEqual({ rolsuper: false, rolcreaterole: true, rolcreatedb: true });
  const attempt = new pg.Client({
    host: cluster.host,
    port: cluster.port,
    user: cluster.superuser,
    password: 'x',
    database: 'postgres',
  });
  await expect(attempt.connect()).rejects.toThrow(/pg_hba.conf rejects/);
  await expect(asMaster((client) => client.query("COPY (SELECT 1) TO PROGRAM 'cat'"))).rejects.toThrow(
    /permission denied|must be superuser/,
  );
});

test('a wrong password is refused', async () => {
  const attempt = new pg.Client({
    host: cluster.host,
    port: cluster.port,
    user: 'master',
    password: 'no',
    database: 'postgres',
  });
  await expect(attempt.connect()).rejects.toMatchObject({ code: '28P01' });
});

test('the data folder belongs to the user that runs the server, and to nobody else', () => {
  const data = statSync(join(directory, 'data'));
  expect(data.mode & 0o077).toBe(0);
  expect(data.uid).toBe(stepDownUser()?.uid ?? process.getuid?.());
});

test('a cluster that was stopped starts again with its data', async () => {
  await asMaster((client) => client.query('CREATE ROLE kept'));
  await cluster.stop();
  await cluster.stop();
  expect(alive(cluster.pid)).toBe(false);
  expect(existsSync(cluster.socketDirectory)).toBe(false);
  cluster = await startCluster({ directory, name: 'test', durable: false });
  expect((await asMaster((client) => client.query("SELECT FROM pg_roles WHERE rolname = 'kept'"))).rowCount).toBe(1);
});

test('a cluster that was killed recovers, whatever its pid file says', async () => {
  process.kill(cluster.pid, 'SIGKILL');
  while (alive(cluster.pid)) await sleep(10);
  expect(existsSync(join(directory, 'data', 'postmaster.pid'))).toBe(true);
  const lock = join(cluster.socketDirectory, `.s.PGSQL.${cluster.port}.lock`);
  expect(existsSync(lock)).toBe(true);
  cluster = await startCluster({ directory, name: 'test', durable: false });
  expect((await asMaster((client) => client.query("SELECT FROM pg_roles WHERE rolname = 'kept'"))).rowCount).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

test('a second start of the same folder stops the server it finds there', async () => {
  const first = cluster;
  cluster = await startCluster({ directory, name: 'test', durable: false });
  expect(alive(first.pid)).toBe(false);
  await first.stop();
  expect((await asMaster((client) => client.query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }]);
});

test('the server ends with the process that started it, even when that one is killed', async () => {
  await cluster.stop();
  const logLength = readFileSync(join(directory, 'server.log'), 'utf8').length;
  const module = new URL('../../../lib/local/postgres/cluster.ts', import.meta.url);
  const parent = spawn(
    process.execPath,
    [
      '--input-type=module-typescript',
      '--eval',
      `import { startCluster } from ${JSON.stringify(module.href)};
       const cluster = await startCluster({ directory: ${JSON.stringify(directory)}, name: 'test', durable: false });
       console.log(cluster.pid);
       setInterval(() => {}, 1000);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [printed] = await once(parent.stdout, 'data');
  const pid = Number(String(printed));
  expect(alive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  // Not the process number: where nobody collects orphans, a dead one keeps it.
  const log = () => readFileSync(join(directory, 'server.log'), 'utf8').slice(logLength);
  while (!log().includes('database system is shut down')) await sleep(10);
  expect(log()).toContain('received fast shutdown request');
  cluster = await startCluster({ directory, name: 'test', durable: false });
});

test('no password and no locale of the caller reaches the server', async () => {
  const command = existsSync('/proc/self')
    ? readFileSync(`/proc/${cluster.pid}/cmdline`, 'utf8')
    : spawnSync('ps', ['-o', 'command=', '-p', String(cluster.pid)], { encoding: 'utf8' }).stdout;
  expect(command).not.toContain(master.password);
  const [row] = await asSuperuser(
    cluster,
    'postgres',
    async (client) => (await client.query("SELECT current_setting('lc_messages') AS messages")).rows,
  );
  expect(row.messages).toMatch(/^C/);
});
