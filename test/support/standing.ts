import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EKSClient } from '@aws-sdk/client-eks';
import { expect } from '@jest/globals';
import { BatchV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { connectCluster } from '../../lib/adapters/kubernetes/cluster.ts';
import { gather, isStarting } from '../../lib/commands/circumstances.ts';
import { sampleMigration } from '../../lib/commands/sample.ts';
import { simulatedAccount } from '../../lib/commands/simulated-account.ts';
import type { Circumstances } from '../../lib/domain/diagnosis.ts';
import type { WorldInfo } from '../../lib/local/world/world.ts';
import { query, type TestLogin } from './postgres.ts';
import { readAccessOf } from './source.ts';
import { until } from './until.ts';

/** How everybody connects to the sample's databases, as the world wrote it down for itself. */
export interface SampleLogins {
  readonly source: { readonly application: TestLogin; readonly passage: TestLogin; readonly master: TestLogin };
  readonly target: { readonly master: TestLogin };
}

export function sampleLogins(memory: string): SampleLogins {
  const { logins } = JSON.parse(readFileSync(join(memory, 'clusters.json'), 'utf8')) as { logins: SampleLogins };
  return logins;
}

const look = (info: WorldInfo): Promise<Circumstances> => gather(info, sampleMigration());

/** Everything of the sample that a run may change, as it stands before any; once all is up, however long that takes. */
export async function standing(info: WorldInfo) {
  const up = async () => {
    const seen = await look(info);
    return isStarting(seen) ? null : seen;
  };
  return standingOf(info, await until(up));
}

async function standingOf(info: WorldInfo, seen: Circumstances) {
  const { source, target } = sampleLogins(info.paths.directory);
  return {
    holder: seen.ledger.holder?.run ?? null,
    phase: seen.ledger.phase,
    writable: seen.ledger.writable,
    running: seen.running,
    source: {
      fence: typeof seen.sourceDatabase === 'string' ? seen.sourceDatabase : seen.sourceDatabase.fence,
      access: await readAccessOf(source.master),
      sessions: await passageSessions(source.master),
    },
    target: { databases: seen.targetDatabase, sessions: await passageSessions(target.master) },
    services: seen.services.map(({ service, desiredCount, runningCount }) => [service, desiredCount, runningCount]),
    deployments: seen.deployments,
    gate: seen.gate,
    dns: seen.dns.answer,
    staging: await stagedIn(info),
    jobs: await jobsIn(info),
    booted: await bootedPods(info),
  };
}
export type Standing = Awaited<ReturnType<typeof standingOf>>;

async function stagedIn(info: WorldInfo): Promise<readonly string[]> {
  const account = simulatedAccount(info);
  try {
    return await account.staging.keys('');
  } finally {
    account.close();
  }
}

/** Sessions that a run opened and that are still there. */
const passageSessions = async (login: TestLogin): Promise<string[]> => {
  const rows = await query<{ name: string }>(
    login,
    `SELECT application_name AS name FROM pg_stat_activity WHERE application_name LIKE 'passage/%' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

async function inCluster<T>({ url, region, credentials }: WorldInfo, ask: (of: KubeConfig) => Promise<T>): Promise<T> {
  const eks = new EKSClient({ endpoint: url, region, credentials });
  try {
    return await ask(await connectCluster(eks, sampleMigration().target.eks.cluster));
  } finally {
    eks.destroy();
  }
}

const jobsIn = (info: WorldInfo): Promise<string[]> =>
  inCluster(info, async (cluster) => {
    const { items } = await cluster.makeApiClient(BatchV1Api).listJobForAllNamespaces();
    return items.map(({ metadata }) => metadata?.name ?? '');
  });

/** Pods that a rehearsal made of the application's template. */
export const bootedPods = (info: WorldInfo): Promise<string[]> =>
  inCluster(info, async (cluster) => {
    const { items } = await cluster
      .makeApiClient(CoreV1Api)
      .listPodForAllNamespaces({ labelSelector: 'app.kubernetes.io/managed-by=passage' });
    return items.map(({ metadata }) => metadata?.name ?? '');
  });

/** Longer than the minute between two looks of the reconciler, after which something should have moved. */
const STILL_MS = 90_000;

/** Waits until everything is as it was, and fails with the difference when nothing moves towards it any more. */
export async function expectAsBefore(info: WorldInfo, before: Standing): Promise<void> {
  const as = JSON.stringify(before);
  let last = '';
  let since = Date.now();
  for (;;) {
    const now = await standingOf(info, await look(info));
    const text = JSON.stringify(now);
    if (text !== last) since = Date.now();
    last = text;
    if (text === as || Date.now() - since > STILL_MS) {
      expect(now).toEqual(before);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The writer's events that a side holds: how many times each number is there. */
export async function storedWrites(login: TestLogin): Promise<Map<number, number>> {
  const rows = await query<{ number: string; copies: string }>(
    login,
    `SELECT metadata ->> 'writer' AS number, count(*) AS copies FROM public.audit_trail_events
      WHERE metadata ? 'writer' GROUP BY 1`,
  );
  return new Map(rows.map(({ number, copies }) => [Number(number), Number(copies)]));
}

/** Every write that was acknowledged before now is on this side, and none of them twice. */
export async function expectEveryWriteOnce(info: WorldInfo, login: TestLogin): Promise<void> {
  const acknowledged = info.acknowledged().map(({ number }) => number);
  const stored = await storedWrites(login);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(acknowledged.filter((number) => stored.get(number) !== 1)).toEqual([]);
  expect([...stored.values()].filter((copies) => copies !== 1)).toEqual([]);
}
