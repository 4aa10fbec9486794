import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServicesCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { EKSClient } from '@aws-sdk/client-eks';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendTaskSuccessCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { CoreV1Api } from '@kubernetes/client-node';
import pg from 'pg';
import type { Execution } from '../../lib/adapters/executions.ts';
import { histories } from '../../lib/adapters/histories.ts';
import { connectCluster } from '../../lib/adapters/kubernetes/cluster.ts';
import { scratchDatabaseName } from '../../lib/adapters/postgres/names.ts';
import { sampleMigration } from '../../lib/commands/sample.ts';
import { type SimulatedAccount, simulatedAccount } from '../../lib/commands/simulated-account.ts';
import { phrase } from '../../lib/domain/approval.ts';
import { startWorld, type World } from '../../lib/local/world/world.ts';
import { createWorkplace, type Workplace } from '../support/command-line.ts';
import { decideByHand, linksOf, outbox } from '../support/people.ts';
import { query } from '../support/postgres.ts';
import { isAlive } from '../support/process-list.ts';
import { expectAsBefore, expectEveryWriteOnce, type Standing, sampleLogins, standing } from '../support/standing.ts';
import { until } from '../support/until.ts';

/** One world, and all that may go wrong in it; after each trouble everything is as before, and at the end a run succeeds. */
const MINUTES = 60_000;
/** Each look reads histories: often enough to act in the middle of a step, seldom enough not to slow it down. */
const POLL_MS = 100;
const { name: MIGRATION, source, target } = sampleMigration();
const [BOB, CAROL] = ['bob@example.com', 'carol@example.com'] as const;

let place: Workplace;
let world: World;
let account: SimulatedAccount;
let before: Standing;
let client: { endpoint: string; region: string; credentials: World['info']['credentials'] };
/** Whether EventBridge hears of executions that end. */
let losesStatusChanges = false;
const started: Run[] = [];

beforeAll(async () => {
  place = createWorkplace();
  world = await startWorld({
    directory: place.memory,
    command: 'test',
    sample: true,
    loses: (event) => losesStatusChanges && event['detail-type'] === 'Step Functions Execution Status Change',
  });
  account = simulatedAccount(world.info);
  client = { endpoint: world.info.url, region: world.info.region, credentials: world.info.credentials };
  await until(() => world.info.acknowledged().length > 3);
  before = await standing(world.info);
}, 3 * MINUTES);

afterAll(async () => {
  await world.stop();
  expect(await place.close()).toEqual([]);
}, 3 * MINUTES);

// A test that failed does not hinder the next.
afterEach(async () => {
  for (const { arn } of started) {
    const { status } = (await account.executions.describe(arn))!;
    if (status === 'RUNNING') await account.sfn.send(new StopExecutionCommand({ executionArn: arn }));
  }
  losesStatusChanges = false;
  await until(async () => !(await account.ledgers.read(MIGRATION)).holder);
}, 3 * MINUTES);

interface Run {
  readonly run: string;
  readonly arn: string;
}

/** @param level "copy" where the trouble is the copy's, so that nothing is booted; but one run has to, or no cutover is admitted. */
async function start(mode: 'rehearsal' | 'cutover', level?: 'copy'): Promise<Run> {
  const run = `${mode}-${started.length + 1}`;
  const { executionArn = '' } = await account.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: account.journey,
      name: run,
      input: JSON.stringify({ migration: MIGRATION, mode, reason: 'a test of troubles', level }),
    }),
  );
  started.push({ run, arn: executionArn });
  return started.at(-1)!;
}

const end = ({ arn }: Run): Promise<Execution> =>
  until(async () => {
    const execution = await account.executions.describe(arn);
    return execution?.status === 'RUNNING' ? null : execution;
  }, POLL_MS);

/** All states that a run has entered so far, those of its parts too. */
const entered = async ({ arn }: Run): Promise<string[]> =>
  (await histories(account.executions, arn)).flatMap(({ events }) =>
    events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []),
  );

const reaches = (run: Run, state: string) => until(async () => (await entered(run)).includes(state), POLL_MS);

/** What everybody must find after a trouble: nobody holds anything, nothing is left, users work and lost nothing. */
async function asBefore(): Promise<void> {
  await until(async () => !(await account.ledgers.read(MIGRATION)).holder);
  await expectAsBefore(world.info, before);
  await expectEveryWriteOnce(world.info, sampleLogins(place.memory).source.master);
  const acknowledged = world.info.acknowledged().length;
  await until(() => world.info.acknowledged().length > acknowledged);
}

/** A child process of a run by its name, once it is there. */
const child = (run: Run, name: RegExp): Promise<number> =>
  until(async () => {
    const { status, error } = (await account.executions.describe(run.arn))!;
    if (status !== 'RUNNING') throw new Error(`${run.run} ended before its worker was there: ${error}`);
    for (const file of readdirSync(world.info.paths.processes).filter((each) => each.endsWith('.json'))) {
      try {
        const found = JSON.parse(readFileSync(join(world.info.paths.processes, file), 'utf8')) as {
          pid: number;
          name: string;
        };
        if (name.test(found.name)) return found.pid;
      } catch {
        // It has ended meanwhile.
      }
    }
    return 0;
  });

/** A worker runs so long between two looks at what it has done. */
const SPELL_MS = 20;

/**
 * Lets a worker run in short spells, and leaves it standing still as soon as `holds`: whatever the machine's speed, it
 * has done little more by then. Each spell lets it say that it lives. Throws when it has ended before.
 */
async function halted(pid: number, holds: () => Promise<boolean>): Promise<void> {
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    if (!isAlive(pid)) throw new Error(`Worker ${pid} ended before it could be halted.`);
    process.kill(pid, name);
  };
  for (;;) {
    signal('SIGSTOP');
    if (await holds()) return;
    signal('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, SPELL_MS));
  }
}

/** The database that a rehearsal copies into. */
const scratchOf = ({ run }: Run) => ({
  ...sampleLogins(place.memory).target.master,
  database: scratchDatabaseName(run),
});

/**
 * Does something while the restore of a run cannot begin to write, nor is about to: each of its transactions locks the
 * fence's row first, and waits for it however long. Its heartbeats go on. Null where there is no fence yet.
 */
async function whileNothingIsWritten<T>(run: Run, act: (session: pg.Client) => Promise<T>): Promise<T | null> {
  const session = new pg.Client(scratchOf(run));
  session.on('error', () => {});
  try {
    await session.connect();
    await session.query('BEGIN');
    const { rowCount } = await session.query('SELECT FROM passage.fence FOR UPDATE');
    if (!rowCount) return null;
    const done = await act(session);
    await session.query('COMMIT');
    return done;
  } catch (error) {
    // No database and no table yet.
    if (['3D000', '42P01'].includes((error as { code?: string }).code ?? '')) return null;
    throw error;
  } finally {
    await session.end();
  }
}

/** `find` again and again, for as long as the run goes on. */
const during = <T>(run: Run, find: () => Promise<T>): Promise<NonNullable<T>> =>
  until(async () => {
    const found = await find();
    if (found) return found;
    const { status, error } = (await account.executions.describe(run.arn))!;
    if (status !== 'RUNNING') throw new Error(`${run.run} ended meanwhile: ${status} ${error}`);
    return null;
  });

const DUMP = /^ecs .*dump.* worker$/;
const RESTORE = /^pod passage\/restore-/;
/** Marks of the chunks that a restore has loaded. */
const LOADED = "SELECT FROM passage.chunks WHERE chunk ~ '/[0-9]+$'";

test(
  'a second run of a migration is refused and names the one that holds it, which goes on and ends well',
  async () => {
    const first = await start('rehearsal');
    await until(async () => (await account.ledgers.read(MIGRATION)).holder?.run === first.run);
    const second = await end(await start('rehearsal'));
    expect(second).toMatchObject({ status: 'FAILED', error: 'LeaseHeld' });
    expect(second.cause).toContain(`held by run ${first.run}`);
    expect(await end(first)).toMatchObject({ status: 'SUCCEEDED' });
    await asBefore();
  },
  4 * MINUTES,
);

/** What the report of a run says that its copy has survived. */
const survived = async (run: Run): Promise<readonly string[]> => {
  const summary = await account.evidence.text(`runs/${run.run}/summary.json`);
  return (JSON.parse(summary ?? '{}') as { survived: string[] }).survived;
};

test(
  'a killed dump worker is replaced in the same run, which ends well and names it',
  async () => {
    const run = await start('rehearsal', 'copy');
    const pid = await child(run, DUMP);
    const staged = () => account.staging.keys(`runs/${run.run}/`);
    await halted(pid, async () => (await staged()).some((key) => key.includes('/done/')));
    process.kill(pid, 'SIGKILL');
    expect(await end(run)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await entered(run)).filter((state) => state === 'Dump')).toHaveLength(1);
    expect(await survived(run)).toContainEqual(expect.stringMatching(/^The dump was interrupted /));
    await asBefore();
  },
  5 * MINUTES,
);

test(
  'a killed restore Job is replaced in the same run, which ends well and names it',
  async () => {
    const run = await start('rehearsal', 'copy');
    const pid = await child(run, RESTORE);
    await halted(pid, async () => (await query(scratchOf(run), LOADED).catch(() => [])).length > 0);
    process.kill(pid, 'SIGKILL');
    expect(await end(run)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await survived(run)).toContainEqual(
      expect.stringMatching(/^The restore was interrupted; [1-9]\d* of \d+ chunks were already loaded\.$/),
    );
    await asBefore();
  },
  5 * MINUTES,
);

test.each([
  ['source', source.database.loginSecret, 'SourceLoginRefused'],
  ['target', target.database.loginSecret, 'TargetLoginRefused'],
] as const)(
  'a wrong password of the %s is refused before anything is copied',
  async (side, secret, error) => {
    const logins = sampleLogins(place.memory);
    const login = side === 'source' ? logins.source.passage : logins.target.master;
    const secrets = new SecretsManagerClient(client);
    const keep = (password: string) =>
      secrets.send(
        new PutSecretValueCommand({
          SecretId: secret,
          SecretString: JSON.stringify({ username: login.user, password }),
        }),
      );
    await keep('wrong-on-purpose');
    const run = await start('rehearsal');
    const ended = await end(run);
    await keep(login.password);
    expect(ended).toMatchObject({ status: 'FAILED', error });
    expect(ended.cause).not.toContain('wrong-on-purpose');
    expect(await entered(run)).not.toContain('Dump');
    await asBefore();
  },
  3 * MINUTES,
);

test(
  'an encryption key that differs stops the run before any copy, and the finding says which side has which',
  async () => {
    const eks = new EKSClient(client);
    const core = (await connectCluster(eks, target.eks.cluster)).makeApiClient(CoreV1Api);
    const at = { name: 'encryption-key', namespace: target.application!.namespace! };
    const secret = await core.readNamespacedSecret(at);
    const right = secret.data!['encryption-key']!;
    const set = async (value: string) => {
      const now = await core.readNamespacedSecret(at);
      await core.replaceNamespacedSecret({ ...at, body: { ...now, data: { 'encryption-key': value } } });
    };
    await set(Buffer.from('another key').toString('base64'));
    const run = await start('rehearsal');
    const ended = await end(run);
    await set(right);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'PreflightBlocked' });
    expect(ended.cause).toMatch(/encryption-key: The target's ENCRYPTION_KEY .* source/);
    expect(await entered(run)).not.toContain('Dump');
    await asBefore();
  },
  3 * MINUTES,
);

test(
  'a chunk that was altered in staging is found before its rows are used',
  async () => {
    const run = await start('rehearsal');
    const staged = () => account.staging.keys(`runs/${run.run}/`);
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    // The restore waits until the dump has finished.
    const altered = await during(run, () =>
      whileNothingIsWritten(run, async (session) => {
        expect((await session.query(LOADED)).rowCount).toBe(0);
        await during(run, async () => (await staged()).some((key) => key.endsWith('/manifest.json')));
        const chunks = (await staged()).filter((key) => key.includes('/chunks/'));
        for (const Key of chunks) {
          await s3.send(new PutObjectCommand({ Bucket: world.info.buckets.staging, Key, Body: 'altered' }));
        }
        return chunks;
      }),
    );
    expect(altered.length).toBeGreaterThan(0);
    expect(await end(run)).toMatchObject({ status: 'FAILED', error: 'ChunkDamaged' });
    await asBefore();
  },
  3 * MINUTES,
);

test(
  'a row that is altered in the copy is found by the proof',
  async () => {
    const run = await start('rehearsal');
    const alter =
      "UPDATE public.users SET email = 'mallory@example.com' WHERE id = (SELECT min(id) FROM public.users) RETURNING id";
    // No row yet, until the chunk with them is loaded; what is measured comes after all others, and what is built on them.
    await during(run, () => whileNothingIsWritten(run, async (session) => (await session.query(alter)).rowCount === 1));
    const ended = await end(run);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'DataDiffers' });
    expect(ended.cause).toContain('public.users');
    await asBefore();
  },
  3 * MINUTES,
);

test(
  'opening links decides nothing, a wrong form decides nothing, and a stolen token approves nothing',
  async () => {
    const run = await start('cutover');
    const approval = `${run.run}-go`;
    const [bob, carol] = await linksOf(place.memory, approval, [BOB, CAROL]);
    await until(async () => (await fetch(bob!.url)).ok);
    const votes = async () => (await account.approvals.votes(approval)).map(({ email, decision }) => [email, decision]);

    // A mail filter follows links, with every method that has no body.
    for (let time = 0; time < 50; time += 1) {
      const { url } = (time % 2 ? bob : carol)!;
      await Promise.all([fetch(url, { method: 'HEAD' }), fetch(`${url}?decision=approve`)]);
    }
    expect(await votes()).toEqual([]);

    const { digest } = (await account.approvals.request(approval))!;
    const post = async (form: Record<string, string>, url = bob!.url) =>
      (await fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })).status;
    const right = { digest, decision: 'approve', phrase: phrase('approve', run.run), comment: '' };
    expect(await post({ ...right, phrase: '' })).not.toBe(303);
    expect(await post({ ...right, phrase: phrase('approve', 'another-run') })).not.toBe(303);
    expect(await post({ ...right, digest: digest.replace(/./, (first) => (first === '0' ? '1' : '0')) })).not.toBe(303);
    expect(await post({ ...right, decision: 'perhaps' })).not.toBe(303);
    expect(await post(right, bob!.url.replace(/[^/]+$/, 'a-key-that-nobody-was-given-0123456789abcdef'))).not.toBe(303);
    expect(await votes()).toEqual([]);
    expect(await post(right)).toBe(303);
    expect(await post(right)).toBe(303);
    expect(await post({ ...right, decision: 'reject', phrase: phrase('reject', run.run) })).toBe(303);
    // The first vote stands, and one of two is not enough.
    expect(await votes()).toEqual([[BOB, 'approve']]);
    expect(await account.approvals.outcome(approval)).toBeNull();

    // Whoever may read the history can read the token; nobody but the decision function may write an outcome.
    const outcome = { approval, decision: 'approved', digest, by: [BOB, CAROL], at: new Date().toISOString() };
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const Key = `approvals/${approval}/outcome.json`;
    const forged = new PutObjectCommand({
      Bucket: world.info.buckets.evidence,
      Key,
      Body: JSON.stringify(outcome),
      IfNoneMatch: '*',
    });
    await expect(s3.send(forged)).rejects.toMatchObject({ name: 'AccessDenied' });
    const executions = (await histories(account.executions, run.arn)).map(({ execution }) => execution.arn);
    const events = (await Promise.all(executions.map((arn) => account.executions.history(arn)))).flat();
    const asked = events.find(({ taskScheduledEventDetails }) =>
      taskScheduledEventDetails?.resource?.includes('waitForTaskToken'),
    );
    const { Payload } = JSON.parse(asked!.taskScheduledEventDetails!.parameters!) as { Payload: { token: string } };
    await account.sfn.send(
      new SendTaskSuccessCommand({ taskToken: Payload.token, output: JSON.stringify({ approval }) }),
    );
    const ended = await until(async () => {
      if ((await entered(run)).includes('Stop the source services')) throw new Error('The freeze began.');
      const execution = await account.executions.describe(run.arn);
      return execution?.status === 'RUNNING' ? null : execution;
    }, POLL_MS);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'ApprovalForged' });
    await asBefore();
  },
  4 * MINUTES,
);

test(
  'a run that is stopped in the middle of its freeze is put back within a minute, though no event tells of its end',
  async () => {
    const run = await start('cutover');
    await decideByHand(place, `${run.run}-go`, { [BOB]: 'approve', [CAROL]: 'approve' });
    await reaches(run, 'Fence the source database');
    losesStatusChanges = true;
    await account.sfn.send(new StopExecutionCommand({ executionArn: run.arn }));
    expect(await end(run)).toMatchObject({ status: 'ABORTED' });
    const { holder } = await account.ledgers.read(MIGRATION);
    expect(holder?.run).toBe(run.run);
    // The reconciler's schedule is the only one left to notice.
    await until(async () => (await account.ledgers.read(MIGRATION)).holder?.execution !== run.arn);
    losesStatusChanges = false;
    await asBefore();
  },
  5 * MINUTES,
);

test(
  'a source that is deployed anew while people decide voids what they approve, and is looked at again by itself',
  async () => {
    const ecs = new ECSClient(client);
    const cluster = source.ecs!.cluster;
    const { serviceArns } = await ecs.send(new ListServicesCommand({ cluster }));
    const [service] = serviceArns!;
    const describe = async () =>
      (await ecs.send(new DescribeServicesCommand({ cluster, services: [service!] }))).services![0]!;
    const deploy = async (taskDefinition: string) => {
      await ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition }));
      await until(async () => (await describe()).deployments!.length === 1);
    };
    const { taskDefinition: before } = await describe();

    const run = await start('cutover');
    await linksOf(place.memory, `${run.run}-go`, [BOB, CAROL]);
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: before }));
    const [container, ...others] = taskDefinition!.containerDefinitions!;
    const environment = [...container!.environment!, { name: 'ACME_NEW', value: 'of tonight' }];
    const next = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: taskDefinition!.family,
        cpu: taskDefinition!.cpu,
        memory: taskDefinition!.memory,
        executionRoleArn: taskDefinition!.executionRoleArn,
        networkMode: taskDefinition!.networkMode,
        requiresCompatibilities: taskDefinition!.requiresCompatibilities,
        runtimePlatform: taskDefinition!.runtimePlatform,
        containerDefinitions: [{ ...container, environment }, ...others],
      }),
    );
    await deploy(next.taskDefinition!.taskDefinitionArn!);
    await decideByHand(place, `${run.run}-go`, { [BOB]: 'approve', [CAROL]: 'approve' });
    const ended = await end(run);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'WorldChanged' });
    expect(ended.cause).toContain('variable ACME_NEW: was not there, is new');
    expect(await entered(run)).not.toContain('Stop the source services');

    await until(async () => !(await account.ledgers.read(MIGRATION)).holder);
    await deploy(before!);
    const told = () => outbox(place.memory).filter(({ text }) => text.startsWith(`${MIGRATION}, preflight:`));
    await until(() => told().length > 0);
    expect(told()[0]?.text).toContain('Checks:');
    await asBefore();
  },
  4 * MINUTES,
);

test(
  'after all that a rehearsal ends well',
  async () => {
    expect(await end(await start('rehearsal'))).toMatchObject({ status: 'SUCCEEDED' });
    await asBefore();
  },
  4 * MINUTES,
);
