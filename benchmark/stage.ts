import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { buildSync } from 'esbuild';
import pg from 'pg';
import { z } from 'zod';
import { type DatabaseInspection, inspectDatabase } from '../lib/adapters/postgres/inspect.ts';
import { prepareTarget } from '../lib/adapters/postgres/target.ts';
import { esm } from '../lib/constructs/esm.ts';
import { S3Staging } from '../lib/copier/aws/s3-staging.ts';
import { type CopierInput, type Role, sessions } from '../lib/copier/contract.ts';
import { systemClock } from '../lib/local/clock.ts';
import { createCredentials, keysEnvironment } from '../lib/local/iam/credentials.ts';
import type { Cluster } from '../lib/local/postgres/cluster.ts';
import { asSuperuser } from '../lib/local/postgres/master.ts';
import type { LocalImage } from '../lib/local/processes/image.ts';
import { createS3 } from '../lib/local/s3/s3.ts';
import type { SampleLogin } from '../lib/local/sample/database.ts';
import { createSecretsManager } from '../lib/local/secretsmanager/secretsmanager.ts';
import { startGateway } from '../lib/local/wire/gateway.ts';
import { jsonEndpoint, operation } from '../lib/local/wire/json.ts';
import { fromDockerfile } from '../lib/local/world/images.ts';

/** One side: a running server, and the login that contestants use. */
interface Side {
  readonly cluster: Cluster;
  readonly login: SampleLogin;
}

interface Sides {
  /** Its login reads everything, and nothing writes to it meanwhile. */
  readonly source: Side;
  /** Its login may create databases. */
  readonly target: Side;
}

/** A worker process: the bundle that AWS runs, and what it wrote into its log. */
interface Worker {
  /** `kill -9` */
  kill(): void;
  /** Milliseconds since the epoch at which it entered a phase; undefined before. */
  phaseAt(phase: string): number | undefined;
  /** Resolves when it has ended; throws, with the end of its log, when it failed, and not when it was killed. */
  readonly ended: Promise<void>;
}

export interface Stage extends Sides {
  /** For files; empty for each contestant. */
  readonly folder: string;
  /** What the source is. */
  readonly inspection: DatabaseInspection;
  /** A copy's input, with an empty database on the target and an empty prefix in staging. */
  prepareCopy(): Promise<Copy>;
  /** Creates the empty database `DATABASE` on the target and returns the login to it. */
  createTarget(): Promise<SampleLogin>;
  /** Before each contestant: no database of the last one, no dirty pages, no files. */
  clear(): Promise<void>;
  startWorker(role: Role, input: CopierInput): Worker;
  /** Ends all processes and removes all that was made. */
  close(): Promise<void>;
}

export interface Copy {
  readonly inputs: Readonly<Record<Role, CopierInput>>;
  readonly staging: S3Staging;
  readonly target: SampleLogin;
}

/** Every contestant restores into a database of this name. */
const DATABASE = 'passage_benchmark';
const BUCKET = 'staging';
const ACCOUNT = { accountId: '123456789012', region: 'eu-west-1' };
/** Of a worker's log, for the message when it fails. */
const LOG_CHARACTERS = 2_000;

/**
 * The surroundings of a copy without its state machine: S3 and secrets on loopback, worker processes, two servers.
 * @param workFolder where a folder of its own is made, and removed by `close`
 */
export async function openStage(sides: Sides, workFolder: string): Promise<Stage> {
  const { source, target } = sides;
  mkdirSync(workFolder, { recursive: true });
  const own = mkdtempSync(join(workFolder, 'benchmark-'));
  const folder = join(own, 'files');
  const credentials = createCredentials({ clock: systemClock, accountId: ACCOUNT.accountId });
  const keys = credentials.addUser('benchmark', { administrator: true });
  const shared = { clock: systemClock, authorize: () => {} };
  const s3 = createS3({ ...shared, directory: join(own, 's3') });
  const secrets = createSecretsManager({ ...shared, ...ACCOUNT, directory: join(own, 'secrets') });
  const gateway = await startGateway({
    endpoints: [s3.endpoint, secrets.endpoint, listener],
    credentials,
    clock: systemClock,
    region: ACCOUNT.region,
  });
  const staging = new S3Client({ endpoint: gateway.url, region: ACCOUNT.region, credentials: keys });
  const image = buildImage(own, source.cluster.binaries.directory);
  const workers = new Set<ChildProcess>();
  const inspection = await withSession(source.login, inspectDatabase);
  const secretOf = (name: string, { user, password }: SampleLogin) =>
    secrets.createSecret({ name, value: JSON.stringify({ username: user, password }) });
  const address = ({ login }: Side, secretArn: string) => ({
    ...{ secretArn, host: login.host, port: login.port, database: login.database },
    ssl: 'disable' as const,
  });
  const arns = { source: secretOf('source', source.login), target: secretOf('target', target.login) };
  const dropTarget = () =>
    withSession({ ...target.login, database: 'postgres' }, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`),
    );
  const closing = new AbortController();
  let copies = 0;

  const stage: Stage = {
    ...sides,
    folder,
    inspection,
    async clear() {
      await dropTarget();
      s3.createBucket({ name: BUCKET });
      s3.deleteBucket(BUCKET);
      s3.createBucket({ name: BUCKET });
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      for (const { cluster } of [source, target]) {
        await asSuperuser(cluster, 'postgres', (client) => client.query('CHECKPOINT'));
      }
    },
    async createTarget() {
      await withSession({ ...target.login, database: 'postgres' }, (client) =>
        client.query(`CREATE DATABASE ${DATABASE} TEMPLATE template0`),
      );
      return { ...target.login, database: DATABASE };
    },
    async prepareCopy() {
      const run = `benchmark-${++copies}`;
      const { encoding, collation, major } = inspection;
      await prepareTarget({ admin: target.login, database: DATABASE, run, epoch: 1, encoding, collation, major });
      const prefix = `runs/${run}/main/1`;
      const input = {
        ...{
          run,
          epoch: 1,
          copy: 'main',
          lockKey: DATABASE,
          staging: { bucket: BUCKET, prefix },
          heartbeatSeconds: 10,
        },
        source: address(source, arns.source),
      };
      const into = { ...address(target, arns.target), database: DATABASE };
      return {
        inputs: {
          dump: { ...input, workers: sessions.dump },
          restore: { ...input, workers: sessions.restore, target: into },
        },
        staging: new S3Staging(staging, BUCKET, prefix, { clock: systemClock, log: () => {}, signal: closing.signal }),
        target: { ...target.login, database: DATABASE },
      };
    },
    startWorker(role, input) {
      const [command = '', ...options] = image.command;
      const child = spawn(command, [...options, role], {
        cwd: image.cwd,
        env: {
          ...image.env,
          AWS_REGION: ACCOUNT.region,
          AWS_ENDPOINT_URL: gateway.url,
          ...keysEnvironment(keys),
          PASSAGE_TASK_TOKEN: role,
          PASSAGE_TASK_INPUT: JSON.stringify(input),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      workers.add(child);
      void new Promise((resolve) => child.once('exit', resolve)).then(() => workers.delete(child));
      return supervise(child, role);
    },
    async close() {
      closing.abort(new Error('the benchmark is over'));
      for (const worker of workers) worker.kill('SIGKILL');
      await dropTarget().catch(() => {});
      staging.destroy();
      await gateway.close();
      rmSync(own, { recursive: true, force: true });
    },
  };
  return stage;
}

/** As much of Step Functions as a worker speaks to. */
const listener = jsonEndpoint({
  service: 'states',
  targetPrefix: 'AWSStepFunctions',
  version: '1.0',
  operations: Object.fromEntries(
    ['SendTaskHeartbeat', 'SendTaskSuccess', 'SendTaskFailure'].map((name) => [
      name,
      operation(z.unknown(), () => ({})),
    ]),
  ),
});

/** The copier's image, as the simulated account runs it: the bundle beside its Dockerfile. */
function buildImage(folder: string, tools: string): LocalImage {
  const { outputFiles } = buildSync({ ...esm, entryPoints: ['lib/copier/worker.ts'], outdir: folder });
  for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
  cpSync(new URL('../lib/sql', import.meta.url), join(folder, 'sql'), { recursive: true });
  copyFileSync(new URL('../lib/copier/Dockerfile', import.meta.url), join(folder, 'Dockerfile'));
  return fromDockerfile({ directory: folder, dockerfile: 'Dockerfile' }, tools);
}

function supervise(child: ChildProcess, role: Role): Worker {
  const phases = new Map<string, number>();
  let killed = false;
  let log = '';
  let rest = '';
  child.stderr?.on('data', (text: Buffer) => {
    log = (log + text).slice(-LOG_CHARACTERS);
  });
  child.stdout?.on('data', (text: Buffer) => {
    log = (log + text).slice(-LOG_CHARACTERS);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { event, phase, at } = JSON.parse(line) as { event: string; phase?: string; at: string };
      if (event === 'phase' && phase) phases.set(phase, Date.parse(at));
    }
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0 || killed) resolve();
      else reject(new Error(`The ${role} worker ended with ${code ?? signal}:\n${log}`));
    });
  });
  // Whoever waits hears of it; nobody else must.
  ended.catch(() => {});
  return {
    kill() {
      killed = true;
      child.kill('SIGKILL');
    },
    phaseAt: (phase) => phases.get(phase),
    ended,
  };
}

/** One session, closed whatever happens. */
export async function withSession<T>(login: SampleLogin, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...login, application_name: 'benchmark' });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
