import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { histories } from '../../lib/adapters/histories.ts';
import { ask } from '../../lib/adapters/resolver.ts';
import { sampleMigration } from '../../lib/commands/sample.ts';
import { type SimulatedAccount, simulatedAccount } from '../../lib/commands/simulated-account.ts';
import { approvalOf, keys } from '../../lib/domain/run.ts';
import { startWorld, type World } from '../../lib/local/world/world.ts';
import { Boot } from '../../lib/workflow/documents/boot.ts';
import {
  DatabasesFindings,
  DnsFindings,
  SourceFindings,
  TargetFindings,
} from '../../lib/workflow/documents/collected.ts';
import { createWorkplace, type Ended, type Workplace } from '../support/command-line.ts';
import { askedNoMore, refusedCalls } from '../support/permissions.ts';
import { query } from '../support/postgres.ts';
import { processList } from '../support/process-list.ts';
import { found, leaksIn, secretsOf } from '../support/secrets.ts';
import { bootedPods, expectEveryWriteOnce, sampleLogins } from '../support/standing.ts';
import { until } from '../support/until.ts';

/** What a user types, in a folder where nothing is yet; most tests look at what it left. */
const MINUTES = 60_000;
const RUN = /Run ((?:rehearsal|cutover)-\d{8}-\d{6})/g;

let place: Workplace;
let cutover: Ended;
let rehearsalRun: string;
let cutoverRun: string;
/** Every command line that was seen on the machine meanwhile. */
const commandLines = new Set<string>();

beforeAll(async () => {
  place = createWorkplace();
  const command = place.start('cutover', '--approve-as', 'bob@example.com,carol@example.com');
  const watching = setInterval(() => {
    for (const { command: line } of processList()) commandLines.add(line);
  }, 250);
  cutover = await command.ended;
  clearInterval(watching);
  const runs = [...cutover.output.matchAll(RUN)].map(([, run]) => run ?? '');
  [rehearsalRun = '', cutoverRun = ''] = runs;
}, 10 * MINUTES);

afterAll(async () => {
  expect(refusedCalls(place.memory)).toEqual([]);
  expect(await place.close()).toEqual([]);
}, 3 * MINUTES);

test('the command rehearses first, then cuts over, and ends with 0 and no process', async () => {
  expect(cutover).toMatchObject({ code: 0 });
  expect(cutover.output).toMatch(
    /rehearsing first[\s\S]*Run rehearsal-[\s\S]*acme-retool: rehearsed[\s\S]*Run cutover-/,
  );
  // What stands open stops no cutover; whoever is asked is told before.
  expect(cutover.output).toMatch(
    /Ask for go[\s\S]*Longest outage: [\s\S]*Stands open: \d+ warnings? to decide[\s\S]*bob@example\.com decides: approve/,
  );
  expect(cutover.output).toContain('acme-retool: cut over');
  expect(await place.leftovers()).toEqual([]);
});

test('IAM refused none of the calls of a rehearsal and a cutover, and was asked all that is kept of their tasks', async () => {
  expect(refusedCalls(place.memory)).toEqual([]);
  // Tasks that do the same in every run: those of the way back are in test/end-to-end/rejection.test.ts.
  const tasks =
    /^((Take|Collect|Inspect|Prepare|Compare|Fence|Prove|Change|Seal|Pass|Open|Record)\w+|StopSource|StartTarget)Role$/;
  expect(await askedNoMore(place.memory, tasks)).toEqual([]);
});

test('both runs leave a report, and a summary that fits its published schema', () => {
  const published = readFileSync(new URL('../../docs/schemas/summary.schema.json', import.meta.url), 'utf8');
  const schema = z.fromJSONSchema(JSON.parse(published) as Parameters<typeof z.fromJSONSchema>[0]);
  const summaries = [rehearsalRun, cutoverRun].map((run) => {
    const folder = join(place.memory, 'runs', run);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(run);
    return schema.parse(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')));
  });
  expect(summaries).toMatchObject([
    { verdict: 'rehearsed', run: rehearsalRun },
    { verdict: 'cut over', run: cutoverRun },
  ]);
  // The schema refuses what a summary is not.
  expect(schema.safeParse({ ...(summaries[0] as object), verdict: 'perhaps' }).success).toBe(false);
});

test('both runs leave the files that their reports tell of', () => {
  for (const run of [rehearsalRun, cutoverRun]) {
    const folder = join(place.memory, 'runs', run);
    const { files } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as { files: { name: string }[] };
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['terraform.tfvars', 'create-secrets.mjs']));
    expect(readdirSync(join(folder, 'files')).sort()).toEqual(files.map(({ name }) => name).sort());
  }
  expect(cutover.output).toMatch(/Generated files: .*files\/ \(.*values\.yaml/);
});

test('no secret of the sample is in a history, a log, the evidence, a report or a process list', () => {
  const secrets = secretsOf(place.memory);
  for (const kind of ['value', 'link', 'token'] as const) expect(secrets.get(kind)!.size).toBeGreaterThan(3);
  expect(leaksIn(place.memory, secrets)).toEqual([]);
  // The search does find one that is where it should not be, in base64 too.
  const planted = join(place.memory, 'lambda', 'logs', 'planted.log');
  const [[name = '', value = ''] = []] = secrets.get('value')!;
  writeFileSync(planted, `password: ${Buffer.from(value).toString('base64')}`);
  expect(leaksIn(place.memory, secrets)).toContain(`lambda/logs/planted.log holds ${name}`);
  rmSync(planted);
  expect(commandLines.size).toBeGreaterThan(10);
  for (const values of secrets.values()) {
    expect(found(cutover.output, values)).toEqual([]);
    expect([...commandLines].filter((line) => found(line, values).length > 0)).toEqual([]);
  }
});

describe('in the world that it left', () => {
  let world: World;
  let account: SimulatedAccount;
  beforeAll(async () => {
    world = await startWorld({ directory: place.memory, command: 'test', sample: true });
    account = simulatedAccount(world.info);
  }, 2 * MINUTES);
  afterAll(() => world.stop());

  test('what was collected is what the sample has, and no more of a secret than its whereabouts', async () => {
    const document = async (run: string, name: string) =>
      JSON.parse((await account.evidence.text(keys.document(run, name))) ?? 'null') as unknown;
    const source = SourceFindings.parse(await document(cutoverRun, 'source'));
    expect(source).toMatchObject({
      services: [
        { service: 'retool', roles: ['main-backend', 'dbconnector', 'db-ssh-connector'], desiredCount: 2 },
        { service: 'retool-jobs-runner', roles: ['jobs-runner'], size: { cpuMillis: 1000, memoryMiB: 2048 } },
      ],
      imageTag: '3.148.5-stable',
      encryption: { gcm: false, v2: true, previousKey: null },
    });
    const fates = Object.fromEntries(
      source.variables.map(({ name, fate, from, value }) => [name, [fate, from, value]]),
    );
    expect(fates).toMatchObject({
      BASE_DOMAIN: ['carry', 'environment', `https://${sampleMigration().dns!.record}`],
      JWT_SECRET: ['carry', 'secrets-manager', null],
      SCIM_AUTH_TOKEN: ['carry', 'secrets-manager', null],
      LICENSE_KEY: ['carry', 'parameter-store', null],
      RETOOL_EXPOSED_WAREHOUSE_TOKEN: ['carry', 'parameter-store', null],
      CLIENT_ID: ['hold', 'environment', expect.any(String)],
      CLIENT_SECRET: ['hold', 'secrets-manager', null],
      DISABLE_USER_PASS_LOGIN: ['hold', 'environment', 'true'],
      POSTGRES_PASSWORD: ['derive', 'environment', null],
      SAMPLE_SIDE: ['drop', 'environment', null],
      ACME_THEME: ['ask', 'environment', null],
    });
    expect(source.problems).toMatchObject([{ kind: 'variables-unknown', where: 'ACME_THEME' }]);

    // The values themselves: what a container is given is what was kept.
    const at = (name: string) => source.variables.find((variable) => variable.name === name)?.collected;
    const carried = JSON.parse(await account.secrets.text(at('JWT_SECRET')?.secretArn ?? '')) as Record<string, string>;
    const held = JSON.parse(await account.secrets.text(at('CLIENT_SECRET')?.secretArn ?? '')) as Record<string, string>;
    const planted = JSON.parse(await account.secrets.text('acme-retool/application')) as Record<string, string>;
    expect(carried).toMatchObject({
      JWT_SECRET: planted.jwt,
      SCIM_AUTH_TOKEN: await account.secrets.text('acme-retool/scim-token'),
      LICENSE_KEY: expect.stringMatching(/^[0-9a-f]{48}$/),
    });
    expect(held).toMatchObject({ CLIENT_SECRET: planted.clientSecret, DISABLE_USER_PASS_LOGIN: 'true' });

    // A rehearsal's own are gone with it.
    const rehearsed = SourceFindings.parse(await document(rehearsalRun, 'source'));
    expect(rehearsed.encryptionKey?.fingerprint).toBe(source.encryptionKey?.fingerprint);
    await expect(account.secrets.text(rehearsed.encryptionKey?.secretArn ?? '')).rejects.toMatchObject({
      name: 'SecretUnavailable',
    });

    expect(TargetFindings.parse(await document(cutoverRun, 'target'))).toMatchObject({
      deployments: [
        { role: 'main-backend', release: 'retool', requests: { cpuMillis: 2000, memoryMiB: 4096 } },
        { role: 'jobs-runner', limits: { cpuMillis: 4000, memoryMiB: 8192 } },
      ],
      // One flag is in clear, the other in a Secret that is made from a store as a whole.
      encryption: { gcm: false, v2: true, previousKey: null },
      environmentFrom: [
        { name: 'retool-settings', complete: true },
        { name: 'extra-env-vars', through: 'Secret extra-env-vars', complete: true },
      ],
      releases: [{ namespace: 'retool', release: 'retool' }],
      addOns: [
        { name: 'external-secrets', present: true },
        { name: 'reloader', present: true, seen: 'deployment retool-services/reloader' },
        { name: 'load-balancer-controller', present: false },
        { name: 'pod-identity-agent', present: true },
      ],
      capacity: { nodes: [{ architecture: 'amd64', open: true }, { madeBy: 'node-group' }], addsNodes: null },
      problems: [],
    });
    const databases = DatabasesFindings.parse(await document(cutoverRun, 'databases'));
    expect(databases.source).toMatchObject({
      schemaMigrations: { count: 641, newest: expect.stringMatching(/^\d{14}-migration-640/) },
      // 60 resources, 10 of 20 configuration variables, one sign-on.
      canaries: { keys: [{ values: 71 }], methods: [{ methodVersion: 2, authTag: false, values: 71 }] },
    });
    expect(databases.source.largestTables[0]?.table).toBe('public.audit_trail_events');
    for (const [side, { server }] of [['source', databases.source] as const, ['target', databases.target] as const]) {
      expect(server).toMatchObject({ name: `acme-retool-${side}`, status: 'available', backupDays: 7 });
      expect(server?.free?.bytes).toBeGreaterThan(0);
    }
    expect(databases.problems).toEqual([]);
    const { target: dnsTarget, record } = sampleMigration().dns!;
    const https = (...names: string[]) => ({
      port: 443,
      protocol: 'HTTPS',
      certificates: [{ status: 'ISSUED', type: 'AMAZON_ISSUED', names }],
    });
    const http = { port: 80, protocol: 'HTTP', certificates: [] };
    const ofTarget = { dnsName: dnsTarget, listeners: [http, https(record, `*.${record}`)] };
    expect(DnsFindings.parse(await document(cutoverRun, 'dns'))).toMatchObject({
      rivals: [],
      loadBalancers: {
        source: {
          dnsName: expect.stringMatching(/^acme-retool-ecs-/),
          scheme: 'internet-facing',
          listeners: [http, https('acme.example.com', '*.acme.example.com')],
        },
        target: ofTarget,
        ingress: ofTarget,
      },
      problems: [],
    });
  });

  test('the rehearsal booted the target on the copy, by the key of the source, and left nothing of it', async () => {
    const boot = Boot.parse(JSON.parse((await account.evidence.text(keys.document(rehearsalRun, 'boot'))) ?? 'null'));
    expect(boot).toMatchObject({
      deployment: 'retool',
      database: expect.stringMatching(/^passage_rehearsal_/),
      health: { status: 'HEALTHY', version: '3.148.5-stable' },
      migrations: { logged: true, before: 641, after: 641 },
      decryption: { proved: true, saw: expect.stringContaining('71 stored values') },
    });
    // What the application was asked to store in the copy is in no other database.
    const { source, target } = sampleLogins(place.memory);
    // The seal locks the master of the source out, but not Passage.
    for (const login of [source.passage, target.master]) {
      expect(await query(login, "SELECT FROM public.config_vars WHERE name LIKE 'PASSAGE%'")).toEqual([]);
    }
    expect(await bootedPods(world.info)).toEqual([]);
  });

  const events = async () => {
    const all = await histories(account.executions, `${executionsOf(account.journey)}:${cutoverRun}`);
    return all.flatMap((history) => history.events);
  };

  test(
    'the name leads to the target, and the application there serves under it',
    async () => {
      const { dns } = sampleMigration();
      const [answered] = await ask([world.info.dns.server], dns!.record);
      expect(answered!.answer.map((name) => name.replace(/\.$/, ''))).toEqual([dns!.target]);
      await until(async () => (await page(world, dns!.target, dns!.record)).includes('Served by <strong>EKS'));
    },
    3 * MINUTES,
  );

  test("before the switch a write was tried with the pods' own login, and is part of what was approved", async () => {
    const key = keys.document(cutoverRun, 'target-write');
    expect(JSON.parse((await account.evidence.text(key)) ?? 'null')).toMatchObject({
      login: { user: world.info.databases!.target.user, through: 'Secret db-credentials/password' },
      tried: { table: expect.stringMatching(/^public\./) },
    });
    const request = await account.approvals.request(approvalOf(cutoverRun, 'switch'));
    expect(request?.evidence.map((piece) => piece.key)).toContain(key);
    expect(request?.facts).toContainEqual({
      label: 'Write as the application',
      value: expect.stringMatching(/accepted, and rolled back/),
    });
  });

  test('every acknowledged write is on the target exactly once, those of before and after the switch', async () => {
    const sides = new Set(world.info.acknowledged().map(({ side }) => side));
    expect([...sides]).toEqual(['ECS', 'EKS']);
    await expectEveryWriteOnce(world.info, sampleLogins(place.memory).target.master);
  });

  test('the source was sealed before the point of no return, and the gate opened only after it', async () => {
    const entered = (await events())
      .filter(({ type }) => type === 'TaskStateEntered')
      .sort((a, b) => Number(a.timestamp) - Number(b.timestamp))
      .map(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? '');
    const order = ['Change the record', 'Seal the source', 'Pass the point of no return', 'Open the gate'];
    expect(entered.filter((name) => order.includes(name))).toEqual(order);
    const ledger = await account.ledgers.read('acme-retool');
    expect(ledger).toMatchObject({ holder: null, writable: 'target', phase: 'switched' });
  });

  test('the one who started the run was sent no link and has no vote', async () => {
    const mails = await world.info.outbox();
    expect(new Set(mails.map(({ to }) => to))).toEqual(new Set(['bob@example.com', 'carol@example.com']));
    for (const subject of ['go', 'switch']) {
      const request = await account.approvals.request(`${cutoverRun}-${subject}`);
      expect(request!.requester).toMatch(/alice@example\.com$/);
      expect(request!.approvers.map(({ email }) => email)).toEqual(['bob@example.com', 'carol@example.com']);
      expect(request!.excluded).toMatchObject([{ email: 'alice@example.com' }]);
    }
  });
});

test(
  'after a cutover a rehearsal makes the sample anew, and Ctrl-C in its copy puts everything back',
  async () => {
    const rehearsal = place.start('rehearse');
    await rehearsal.said(/^\s+[\d.]+ s\s+Restore$/m);
    rehearsal.interrupt();
    const { code, output } = await rehearsal.ended;
    expect(output).toContain('The sample was cut over before: its databases, clusters and DNS are made anew;');
    expect((await place.run('show', cutoverRun)).output).toContain('OK  acme-retool: cut over');
    expect(output).toContain('Putting everything back');
    expect(code).toBe(130);
    expect(await place.leftovers()).toEqual([]);
    const diagnosis = await place.run('diagnose');
    expect(diagnosis.code).toBe(0);
    expect(diagnosis.output).toMatch(/Nothing is under way/);
  },
  5 * MINUTES,
);

const executionsOf = (machine: string) => machine.replace(':stateMachine:', ':execution:');

/** As a browser gets it that has resolved the name. */
function page({ info }: World, balancer: string, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...info.addressOf(balancer), path: '/', headers: { host: name } });
    sent.once('error', reject);
    sent.once('response', async (response) => resolve((await response.toArray()).join('')));
    sent.end();
  });
}
