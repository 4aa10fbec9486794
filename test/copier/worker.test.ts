import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { z } from 'zod';
import { esm } from '../../lib/constructs/esm.ts';
import { compareManifests } from '../../lib/copier/compare.ts';
import { CopierOutput } from '../../lib/copier/contract.ts';
import { Manifest, WorkerProgress } from '../../lib/copier/staged.ts';
import type { AccessKeys } from '../../lib/local/iam/credentials.ts';
import { createS3 } from '../../lib/local/s3/s3.ts';
import { createSecretsManager, type SecretsManager } from '../../lib/local/secretsmanager/secretsmanager.ts';
import { AwsError } from '../../lib/local/wire/endpoint.ts';
import { jsonEndpoint, operation } from '../../lib/local/wire/json.ts';
import { DumpDatabase } from '../../lib/workflow/tasks/copy.ts';
import { type Account, accountId, region, startAccount } from '../local/account.ts';
import { createDatabase, query, startTestCluster, type TestCluster, type TestLogin } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { fence } from './support/copying.ts';

/** The bundle that AWS runs, as a process of its own, with the unmodified SDK against the simulated account. */
const MIB = 1 << 20;
let folder: string;
let account: Account;
let cluster: TestCluster;
let secrets: SecretsManager;
let s3: S3Client;
/** May do what the workers' role may not. */
let owner: S3Client;
let keys: AccessKeys;
const workers = new Set<ChildProcess>();

type Answer = { output?: string; error?: string; cause?: string };
const answers = new Map<string, Answer>();
const heartbeats = new Map<string, number>();
let timedOut = new Set<string>();

const token = { taskToken: z.string() };
const answered = ({ taskToken, ...answer }: { taskToken: string } & Answer) => {
  answers.set(taskToken, answer);
  return {};
};
const states = jsonEndpoint({
  service: 'states',
  targetPrefix: 'AWSStepFunctions',
  version: '1.0',
  operations: {
    SendTaskSuccess: operation(z.object({ ...token, output: z.string() }), answered),
    SendTaskFailure: operation(z.object({ ...token, error: z.string(), cause: z.string() }), answered),
    SendTaskHeartbeat: operation(z.object(token), ({ taskToken }) => {
      if (timedOut.has(taskToken)) throw new AwsError('TaskTimedOut', 400, 'Task Timed Out');
      heartbeats.set(taskToken, (heartbeats.get(taskToken) ?? 0) + 1);
      return {};
    }),
  },
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'passage-worker-'));
  for (const { path, contents } of buildSync({ ...esm, entryPoints: ['lib/copier/worker.ts'], outdir: folder })
    .outputFiles) {
    writeFileSync(join(folder, basename(path)), contents);
  }
  cpSync('lib/sql', join(folder, 'sql'), { recursive: true });
  cluster = await startTestCluster();
  account = await startAccount(({ directory, authorize, clock }) => {
    const buckets = createS3({ directory: join(directory, 's3'), authorize, clock });
    buckets.createBucket({ name: 'staging' });
    secrets = createSecretsManager({ directory, authorize, clock, accountId, region });
    return [buckets.endpoint, secrets.endpoint, states];
  });
  // What the registry declares for the two tasks, and no more.
  keys = account.role('worker', {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 'secretsmanager:GetSecretValue', 'states:SendTask*'],
    Resource: '*',
  });
  s3 = new S3Client(account.client(keys));
  owner = new S3Client(account.client());
});
afterEach(() => {
  answers.clear();
  timedOut = new Set();
  expect(account.defects).toEqual([]);
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  for (const client of [s3, owner]) client?.destroy();
  await account?.close();
  await cluster?.close();
  rmSync(folder, { recursive: true });
});

let runs = 0;
async function prepareRun(statements: string) {
  const run = `run-${++runs}`;
  const [source, target] = [await createDatabase(cluster), await createDatabase(cluster)];
  await query(source, statements);
  await fence(target, run, 1);
  const secretOf = ({ user, password, host, port }: TestLogin, name: string) =>
    secrets.createSecret({ name, value: JSON.stringify({ username: user, password, host, port }) });
  const prefix = `runs/${run}/main/1`;
  const input = {
    run,
    epoch: 1,
    copy: 'main',
    staging: { bucket: 'staging', prefix },
    lockKey: 'target',
    source: { secretArn: secretOf(source, `${run}-source`), database: source.database, ssl: 'disable' },
    target: { secretArn: secretOf(target, `${run}-target`), database: target.database, ssl: 'disable' },
    heartbeatSeconds: 0.1,
  };
  return { run, source, target, prefix, input };
}

function start(role: string, taskToken: string, input: unknown) {
  const { credentials, endpoint } = account.client(keys);
  // As the image starts it (lib/copier/Dockerfile).
  const child = spawn(process.execPath, ['--max-semi-space-size=2', join(folder, 'worker.mjs'), role], {
    env: {
      PATH: process.env.PATH,
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: '1048576',
      AWS_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
      PASSAGE_TASK_TOKEN: taskToken,
      PASSAGE_TASK_INPUT: JSON.stringify(input),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  workers.add(child);
  let printed = '';
  child.stdout.on('data', (text) => {
    printed += text;
  });
  child.stderr.on('data', (text) => {
    printed += text;
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    workers.delete(child);
    return { code: code ?? signal, printed };
  });
  return { child, ended };
}

async function expectRunning({ child, ended }: ReturnType<typeof start>): Promise<void> {
  if (child.exitCode !== null) throw new Error(`The worker has ended: ${(await ended).printed}`);
}

const read = async (Key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'staging', Key }));
  return JSON.parse((await Body?.transformToString()) ?? '');
};
/** Takes an object out of staging; what is given back puts it there again. */
async function takeAway(Key: string) {
  const { Body } = await owner.send(new GetObjectCommand({ Bucket: 'staging', Key }));
  const bytes = await Body?.transformToByteArray();
  await owner.send(new DeleteObjectCommand({ Bucket: 'staging', Key }));
  return () => owner.send(new PutObjectCommand({ Bucket: 'staging', Key, Body: bytes }));
}
const output = (taskToken: string) => CopierOutput.parse(JSON.parse(answers.get(taskToken)?.output ?? 'null'));

/** 84 MB, of which zstd saves nothing: two ranges of pages, each an object larger than a part of an upload. */
const incompressible = `
  CREATE EXTENSION pgcrypto;
  CREATE TABLE noise (id int PRIMARY KEY, b bytea);
  INSERT INTO noise SELECT i, (SELECT string_agg(gen_random_bytes(1000), NULL) FROM generate_series(1, 20 + 0 * i)) FROM generate_series(1, 4200) i;
  CREATE TABLE plain (id int PRIMARY KEY, t text);
  INSERT INTO plain SELECT i, repeat(md5(i::text), 20) FROM generate_series(1, 20000) i`;

test('dump and restore, started together, answer with equal manifests', async () => {
  const { prefix, input, source } = await prepareRun(incompressible);
  const [dump, restore] = [start('dump', 'token-dump', input), start('restore', 'token-restore', input)];
  const [dumped, restored] = await Promise.all([dump.ended, restore.ended]);
  expect([dumped.code, restored.code, answers.get('token-dump')?.error]).toEqual([0, 0, undefined]);

  expect(output('token-dump')).toMatchObject({
    tables: 2,
    rows: 24_200,
    manifest: `${prefix}/attempts/1/manifest.json`,
  });
  expect(output('token-restore')).toMatchObject({
    tables: 2,
    rows: 24_200,
    manifest: `${prefix}/attempts/1/restored.json`,
  });
  const manifests = [
    Manifest.parse(await read(output('token-dump').manifest)),
    Manifest.parse(await read(output('token-restore').manifest)),
  ] as const;
  expect(compareManifests(...manifests).differences).toEqual([]);
  expect(manifests[0].tables.find(({ name }) => name === 'noise')).toMatchObject({ rows: 4200, chunks: 2 });
  // As the system tells, with what was not collected yet; how little rows take is size.test.ts's to prove.
  for (const { memoryBytes } of manifests) {
    expect(memoryBytes).toBeGreaterThan(32 * MIB);
    expect(memoryBytes).toBeLessThan(DumpDatabase.memoryMegabytes * MIB);
  }

  const { size } = await s3
    .send(new HeadObjectCommand({ Bucket: 'staging', Key: `${prefix}/attempts/1/chunks/000001` }))
    .then(({ ContentLength = 0 }) => ({ size: ContentLength }));
  expect(size).toBeGreaterThan(16 << 20);
  expect(WorkerProgress.parse(await read(`${prefix}/progress/restore.json`))).toMatchObject({
    phase: 'done',
    tablesDone: 2,
    rowsDone: 24_200,
  });
  expect(heartbeats.get('token-dump')).toBeGreaterThan(1);

  const printed = dumped.printed + restored.printed;
  expect(printed).not.toContain(source.password);
  expect(printed).not.toContain('token-dump');
  for (const line of printed.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ role: expect.any(String) });
});

test('a restore that is killed and started again loads every chunk once', async () => {
  const { target, input, prefix } = await prepareRun(incompressible);
  await start('dump', 'token-dump', input).ended;
  // As if the dump were still at its last chunk: the restore does not end before it is killed.
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: 'staging', Prefix: `${prefix}/attempts/1/done/` }),
  );
  const taken = await Promise.all([output('token-dump').manifest, Contents.at(-1)?.Key ?? ''].map(takeAway));

  // Killed when the first chunk is in: whatever else it had begun is rolled back.
  const first = start('restore', 'token-1', { ...input, workers: 1 });
  const loaded = () =>
    query(target, "SELECT chunk, loaded_at::text FROM passage.chunks WHERE chunk ~ '/0' ORDER BY chunk");
  const before = await until(async () => {
    await expectRunning(first);
    const found = await loaded();
    return found.length ? found : undefined;
  });
  first.child.kill('SIGKILL');
  expect((await first.ended).code).toBe('SIGKILL');

  for (const putBack of taken) await putBack();
  const second = await start('restore', 'token-2', input).ended;
  expect(second.code).toBe(0);
  const all = await loaded();
  expect(all).toHaveLength(Contents.length);
  expect(all).toEqual(expect.arrayContaining(before));
  expect(
    compareManifests(
      Manifest.parse(await read(output('token-dump').manifest)),
      Manifest.parse(await read(output('token-2').manifest)),
    ).differences,
  ).toEqual([]);
});

test('a worker whose heartbeat is refused stops without an answer', async () => {
  const { input, prefix } = await prepareRun('CREATE TABLE t (v int)');
  timedOut.add('token-late');
  // There is no dump: the restore would wait.
  const { code } = await start('restore', 'token-late', input).ended;
  expect(code).toBe(1);
  expect(answers.has('token-late')).toBe(false);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'staging', Prefix: `${prefix}/attempts` }));
  expect(Contents).toBeUndefined();
});

test('SIGTERM is answered as WorkerLost', async () => {
  const { input } = await prepareRun('CREATE TABLE t (v int)');
  const restore = start('restore', 'token-term', input);
  await until(async () => {
    await expectRunning(restore);
    return heartbeats.get('token-term');
  });
  restore.child.kill('SIGTERM');
  expect((await restore.ended).code).toBe(1);
  expect(answers.get('token-term')).toMatchObject({ error: 'WorkerLost' });
});

test.each([
  ['an input that does not fit', 'dump', () => ({ run: 1 }), 'InvalidInput'],
  ['an unknown role', 'destroy', (input: object) => input, 'InvalidInput'],
  [
    'a secret that does not exist',
    'dump',
    (input: object) => ({ ...input, source: { secretArn: 'nothing' } }),
    'SecretUnavailable',
  ],
  [
    'a bucket that does not exist',
    'dump',
    (input: object) => ({ ...input, staging: { bucket: 'nothing', prefix: 'runs/x' } }),
    'ServiceUnavailable',
  ],
])('%s is answered by its declared name', async (_, role, change, name) => {
  const { input } = await prepareRun('CREATE TABLE t (v int)');
  const { code } = await start(role, 'token-bad', change(input)).ended;
  expect([code, answers.get('token-bad')?.error]).toEqual([1, name]);
});
