import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../lib/local/clock.ts';
import { type DnsServer, startDnsServer } from '../../../lib/local/dns/dns-server.ts';
import type { Action } from '../../../lib/local/loadbalancer/load-balancer.ts';
import { createLoadBalancers, type LoadBalancers } from '../../../lib/local/loadbalancer/load-balancers.ts';
import { asSuperuser } from '../../../lib/local/postgres/master.ts';
import { freePort } from '../../../lib/local/processes/free-port.ts';
import { createProcesses, type Processes, type SupervisedProcess } from '../../../lib/local/processes/processes.ts';
import { createSampleSource, type SampleSource } from '../../../lib/local/sample/database.ts';
import { sampleImage } from '../../../lib/local/sample/image.ts';
import { startWriter } from '../../../lib/local/sample/writer.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

const TOKEN = 'retool_of_a_test';
const NAME = 'retool.acme.example';
const HOSTS = { ecs: 'acme-ecs-1.eu-west-1.elb.amazonaws.com', eks: 'acme-eks-2.eu-west-1.elb.amazonaws.com' };

let directory: string;
let cluster: TestCluster;
let source: SampleSource;
let processes: Processes;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sample-'));
  cluster = await startTestCluster();
  source = await createSampleSource(cluster, {
    encryptionKey: 'the-key',
    passwords: { master: 'a', retool: 'b', passage: 'c' },
    apiToken: TOKEN,
  });
  processes = createProcesses({ directory: join(directory, 'running'), clock: systemClock });
});

afterAll(async () => {
  await processes.close();
  await cluster.close();
  rmSync(directory, { recursive: true });
});

interface Application {
  readonly url: string;
  readonly address: string;
  readonly process: SupervisedProcess;
  log(): string;
}

let started = 0;
async function start(env: Record<string, string> = {}): Promise<Application> {
  const image = sampleImage('tryretool/backend:3.196.2')!;
  const port = await freePort();
  started += 1;
  const process = processes.start({
    name: 'retool',
    command: image.command,
    cwd: image.cwd,
    logFile: join(directory, `retool-${started}.log`),
    env: {
      ...image.env,
      SERVICE_TYPE: 'MAIN_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR',
      POSTGRES_HOST: source.application.host,
      POSTGRES_PORT: String(source.application.port),
      POSTGRES_DB: source.application.database,
      POSTGRES_USER: source.application.user,
      POSTGRES_PASSWORD: source.application.password,
      ENCRYPTION_KEY: 'the-key',
      PORT: String(port),
      ...env,
    },
  });
  return {
    process,
    url: `http://127.0.0.1:${port}`,
    address: `127.0.0.1:${port}`,
    log: () => readFileSync(process.logFile, 'utf8'),
  };
}

const healthy = (application: Application) =>
  until(() =>
    fetch(`${application.url}/api/checkHealth`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
const stored = async () =>
  (
    await query<{ number: string; writer: string }>(
      source.application,
      `SELECT metadata ->> 'writer' AS number, metadata ->> 'writerName' AS writer
         FROM audit_trail_events WHERE metadata ? 'writer' ORDER BY (metadata ->> 'writer')::bigint`,
    )
  ).map(({ number, writer }) => [writer, Number(number)]);

test('the image of the sample is known by its name and its tag', () => {
  expect(sampleImage('docker.io/tryretool/backend:4.0.9-stable')?.env).toEqual({ RETOOL_VERSION: '4.0.9-stable' });
  expect(sampleImage('tryretool/code-executor-service:4.0.9')).toBeUndefined();
});

test('the main backend says that it is healthy and which side it is, and stores each event once', async () => {
  const application = await start({ SAMPLE_SIDE: 'ECS <old>' });
  await healthy(application);
  expect(await (await fetch(`${application.url}/api/checkHealth`)).json()).toEqual({
    status: 'HEALTHY',
    version: '3.196.2',
  });
  expect(application.log()).toContain('Database migrations are up to date.');
  const page = await (await fetch(application.url)).text();
  expect(page).toContain('ECS &#60;old&#62;');

  const post = (body: object) => fetch(`${application.url}/api/events`, { method: 'POST', body: JSON.stringify(body) });
  expect((await post({ writer: 'one', number: 1 })).status).toBe(201);
  expect((await post({ writer: 'one', number: 1 })).status).toBe(201);
  expect((await post({ writer: 'two', number: 1 })).status).toBe(201);
  expect((await post({ writer: 'one', number: 'x' })).status).toBe(400);
  expect(await stored()).toEqual([
    ['one', 1],
    ['two', 1],
  ]);
  expect(await (await fetch(`${application.url}/api/events/count`)).json()).toEqual({ count: 2, side: 'ECS <old>' });

  expect(await application.process.stop()).toEqual({ code: 0 });
});

test('nothing that the fence forbids is acknowledged', async () => {
  const application = await start();
  await healthy(application);
  const post = () =>
    fetch(`${application.url}/api/events`, { method: 'POST', body: '{ "writer": "fenced", "number": 1 }' });
  const setting = `ALTER ROLE retool IN DATABASE ${source.application.database}`;
  await asSuperuser(cluster, 'postgres', async (client) => {
    await client.query(`${setting} SET default_transaction_read_only = on`);
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'retool'`);
  });
  const refused = await post();
  expect(refused.status).toBe(503);
  // Its pool may still hold a session that the server has ended; a new one is read-only.
  expect(JSON.stringify(await refused.json())).toMatch(/read-only|terminat/);
  expect((await post()).status).toBe(503);
  await asSuperuser(cluster, 'postgres', async (client) => {
    await client.query(`${setting} RESET default_transaction_read_only`);
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'retool'`);
  });
  expect((await stored()).filter(([writer]) => writer === 'fenced')).toEqual([]);
  await application.process.stop();
});

test.each([
  ['the-key', 1],
  ['another-key', 2],
])('with ENCRYPTION_KEY %s it starts and is healthy, and what it encrypts makes %i keys', async (key, keys) => {
  const application = await start({ ENCRYPTION_KEY: key });
  await healthy(application);
  const call = (method: string, path: string, body?: object, token = TOKEN) =>
    fetch(`${application.url}/api/v2/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  expect((await call('GET', 'environments', undefined, 'another')).status).toBe(401);
  const { data: environments } = (await (await call('GET', 'environments')).json()) as {
    data: { id: string; name: string }[];
  };
  expect(environments).toMatchObject([
    { name: 'production', default: true },
    { name: 'staging', default: false },
  ]);
  const values = [{ environment_id: environments[0]!.id, value: 'hush' }];
  const answered = await call('POST', 'configuration_variables', { name: 'ONE', secret: true, values });
  const { data: made } = (await answered.json()) as { data: { id: string } };
  expect([answered.status, made]).toMatchObject([
    200,
    { secret: true, values: [{ value: '---encrypted-on-server---' }] },
  ]);
  const [stored] = await query<{ hash: string; keys: number }>(
    source.application,
    `SELECT count(DISTINCT hash)::int AS keys FROM (
       SELECT options -> 'password' ->> 'encryptionKeyHash' AS hash FROM resources
       UNION ALL SELECT v.value ->> 'encryptionKeyHash' FROM config_vars, jsonb_each("values") v WHERE name = 'ONE'
     ) AS every WHERE hash IS NOT NULL`,
  );
  expect(stored?.keys).toBe(keys);
  expect((await call('DELETE', `configuration_variables/${made.id}`)).status).toBe(204);
  expect((await call('DELETE', `configuration_variables/${made.id}`)).status).toBe(404);
  expect(application.log()).not.toContain(key);
  await application.process.stop();
});

test('a newer release migrates the schema once, and ends when it cannot', async () => {
  const newer = { RETOOL_VERSION: '3.200.1-stable' };
  await query(source.master, 'ALTER TABLE resources RENAME TO hidden');
  const failing = await start(newer);
  expect(await failing.process.exited).toEqual({ code: 1 });
  expect(failing.log()).toMatch(/migrating[\s\S]*SequelizeDatabaseError: relation "resources" does not exist/);
  expect(failing.log()).not.toContain('up to date');
  await query(source.master, 'ALTER TABLE hidden RENAME TO resources');

  const off = await start({ ...newer, DISABLE_DATABASE_MIGRATIONS: 'true' });
  await healthy(off);
  expect(off.log()).not.toContain('migrat');
  await off.process.stop();
  for (const migrating of [true, false]) {
    const application = await start(newer);
    await healthy(application);
    expect(application.log()).toContain('Database migrations are up to date.');
    expect(application.log().includes('add-display-name-to-resources')).toBe(migrating);
    await application.process.stop();
  }
});

test('a worker serves no users and migrates nothing', async () => {
  const application = await start({ SERVICE_TYPE: 'WORKFLOW_TEMPORAL_WORKER', DISABLE_DATABASE_MIGRATIONS: 'true' });
  await healthy(application);
  expect((await fetch(application.url)).status).toBe(404);
  expect(application.log()).not.toContain('migrations');
  await application.process.stop();
});

test('a writer follows the name from one side to the other, and every acknowledged event is stored', async () => {
  const [ecs, eks] = [await start({ SAMPLE_SIDE: 'ecs' }), await start({ SAMPLE_SIDE: 'eks' })];
  const balancers: LoadBalancers = createLoadBalancers();
  const journal = join(directory, 'writer.jsonl');
  let old: Action = { type: 'forward', targets: [ecs.address] };
  let points: keyof typeof HOSTS = 'ecs';
  let dns: DnsServer | undefined;
  try {
    await Promise.all([healthy(ecs), healthy(eks)]);
    await balancers.start({ hostname: HOSTS.ecs, route: () => old });
    await balancers.start({ hostname: HOSTS.eks, route: () => ({ type: 'forward', targets: [eks.address] }) });
    dns = await startDnsServer({
      clock: systemClock,
      isLoadBalancer: balancers.has,
      zones: () => [
        { name: 'acme.example.', records: [{ name: `${NAME}.`, type: 'CNAME', ttl: 0, values: [HOSTS[points]] }] },
      ],
    });
    const options = {
      name: NAME,
      resolver: dns.address,
      addressOf: balancers.addressOf,
      journal,
      everyMs: 1,
      clock: systemClock,
      writer: 'journal',
    };
    let writer = startWriter(options);
    const count = (side: string) => writer.acknowledged().filter((each) => each.side === side).length;
    await until(() => count('ecs') >= 5);
    old = { type: 'fixed-response', status: 503, contentType: 'text/html', body: 'Moving' };
    await until(() => (writer.failures()[503] ?? 0) >= 2);
    const before = writer.acknowledged().length;
    points = 'eks';
    await until(() => count('eks') >= 5);
    await writer.stop();

    // A writer that starts again goes on where its journal ends, also after a line was lost between answer and journal.
    const last = writer.acknowledged().length;
    writer = startWriter(options);
    await until(() => writer.acknowledged().length > last);
    await writer.stop();

    const all = writer.acknowledged();
    expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => index + 1));
    expect(all.slice(0, before).every(({ side }) => side === 'ecs')).toBe(true);
    expect(
      readFileSync(journal, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(all);
    const rows = (await stored()).filter(([name]) => name === 'journal').map(([, number]) => number);
    expect(rows.slice(0, all.length)).toEqual(all.map(({ number }) => number));
    // At most the one event whose answer the stop cut off.
    expect(rows.length - all.length).toBeLessThanOrEqual(1);
  } finally {
    await dns?.close();
    await balancers.close();
    await Promise.all([ecs.process.stop(), eks.process.stop()]);
  }
});

test('a jobs runner leaves a heartbeat now and then', async () => {
  const heartbeats = () =>
    query(source.application, `SELECT FROM audit_trail_events WHERE "actionType" = 'JOBS_RUNNER_HEARTBEAT'`);
  const application = await start({ SERVICE_TYPE: 'JOBS_RUNNER' });
  await healthy(application);
  expect((await heartbeats()).length).toBeGreaterThan(0);
  await application.process.stop();
});
