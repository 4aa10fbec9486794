import { ECSClient } from '@aws-sdk/client-ecs';
import { EKSClient } from '@aws-sdk/client-eks';
import pg from 'pg';
import { ecs } from '../adapters/ecs.ts';
import { type Application, application } from '../adapters/kubernetes/application.ts';
import { ask } from '../adapters/resolver.ts';
import type { Circumstances } from '../domain/diagnosis.ts';
import { runOf } from '../domain/run.ts';
import type { WorldInfo } from '../local/world/world.ts';
import type { DeployedMigration } from '../workflow/configuration.ts';
import { statesEntered } from './follow.ts';
import { type SimulatedAccount, simulatedAccount } from './simulated-account.ts';
import { inputOf } from './under-way.ts';

type SampleDatabase = NonNullable<WorldInfo['databases']>['source'];

/** What has only just been started is given so long to come up before it is said to be down. */
const SETTLE_MS = 10_000;

interface Clients {
  readonly account: SimulatedAccount;
  readonly ecs: ECSClient;
  readonly eks: EKSClient;
}

/**
 * As `look`, once what was started has come up.
 * @param paused whether the account is up only to be looked at, and nothing in it goes on
 */
export async function gather(
  world: WorldInfo,
  migration: DeployedMigration,
  { paused = false }: { readonly paused?: boolean } = {},
): Promise<Circumstances> {
  const client = { endpoint: world.url, region: world.region, credentials: world.credentials };
  const clients = { account: simulatedAccount(world), ecs: new ECSClient(client), eks: new EKSClient(client) };
  const deadline = Date.now() + SETTLE_MS;
  try {
    const interrupted = paused ? await interruptedRuns(clients.account) : null;
    for (;;) {
      const seen = { ...(await look(world, migration, clients)), interrupted };
      if (!isStarting(seen) || Date.now() > deadline) return seen;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    clients.account.close();
    clients.ecs.destroy();
    clients.eks.destroy();
  }
}

/** Whether something is not up that should be, or a holder is gone whose migration nobody has taken over. */
export function isStarting({ services, deployments, ledger, holderStatus, interrupted }: Circumstances): boolean {
  return (
    services.some(({ desiredCount, runningCount }) => runningCount < desiredCount) ||
    (typeof deployments !== 'string' && deployments.some(({ replicas, readyReplicas }) => readyReplicas < replicas)) ||
    (interrupted === null && ledger.holder !== null && holderStatus !== 'RUNNING' && !ledger.pointOfNoReturn)
  );
}

/** Of a paused account: the runs that were under way when it last ended, and the step at which each stands. */
const interruptedRuns = async (account: SimulatedAccount): Promise<Circumstances['interrupted']> =>
  Promise.all(
    (await account.runningJourneys()).map(async (execution) => ({
      run: runOf(execution),
      mode: (await inputOf(account, execution)).mode,
      step: (await statesEntered(account, execution)).at(-1)?.name ?? null,
    })),
  );

/** Reads how everything stands, each thing where it is; what does not answer is said, and hides nothing else. */
async function look(
  world: WorldInfo,
  migration: DeployedMigration,
  { account, ...clients }: Clients,
): Promise<Omit<Circumstances, 'interrupted'>> {
  const { eks, application: names } = migration.target;
  const app = application(clients.eks)(eks.cluster, names?.namespace ?? '');
  const cluster = migration.source.ecs?.cluster ?? '';
  const ledger = await account.ledgers.read(migration.name);
  const [holder, running, services, deployments, gate, sourceDatabase, targetDatabase, asked] = await Promise.all([
    ledger.holder ? account.executions.describe(ledger.holder.execution) : null,
    account.running(),
    ecs(clients.ecs).services(cluster),
    app.deployments().catch(sentence),
    gateOf(app, names?.ingress ?? '').catch(sentence),
    world.databases
      ? passageLogin(account, migration)
          .then((login) => readSource({ ...world.databases!.source, ...login }))
          .catch(sentence)
      : 'not part of this world',
    world.databases ? readTarget(world.databases.target).catch(sentence) : 'not part of this world',
    ask([world.dns.server], migration.dns?.record ?? ''),
  ]);
  return {
    ledger,
    holderStatus: holder?.status ?? null,
    running,
    sourceDatabase,
    targetDatabase,
    services,
    deployments,
    gate,
    dns: {
      name: migration.dns?.record ?? '',
      answer: asked[0]?.answer ?? [],
      target: migration.dns?.target ?? '',
    },
  };
}

async function gateOf(app: Pick<Application, 'ingress'>, name: string): Promise<Circumstances['gate']> {
  const ingress = await app.ingress(name);
  return ingress ? { service: ingress.backends[0]?.service ?? null } : `there is no Ingress "${name}"`;
}

/** Passage's own: the application's may be locked. */
async function passageLogin(account: SimulatedAccount, migration: DeployedMigration) {
  const { username, password } = await account.secrets.login(migration.source.database.loginSecret);
  return { user: username, password };
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function query<T extends pg.QueryResultRow>(login: SampleDatabase, sql: string): Promise<T[]> {
  const client = new pg.Client(login);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function readSource(login: SampleDatabase) {
  const [there] = await query<{ fenced: boolean; rows: string }>(
    login,
    `SELECT to_regclass('passage.fence') IS NOT NULL AS fenced,
            (SELECT count(*) FROM public.audit_trail_events) AS rows`,
  );
  const fence = there?.fenced
    ? (await query<{ state: string }>(login, 'SELECT state FROM passage.fence'))[0]?.state
    : null;
  return { fence: fence ?? null, rows: Number(there?.rows ?? 0) };
}

async function readTarget(login: SampleDatabase) {
  const [found] = await query<{ databases: string[]; tables: string }>(
    login,
    `SELECT ARRAY(SELECT datname::text FROM pg_database WHERE datname LIKE 'passage\\_%' ORDER BY 1) AS databases,
            (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'passage')) AS tables`,
  );
  return { databases: found?.databases ?? [], tables: Number(found?.tables ?? 0) };
}
