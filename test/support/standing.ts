import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EKSClient } from '@aws-sdk/client-eks';
import { expect } from '@jest/globals';
import { BatchV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { connectCluster } from '../../lib/adapters/kubernetes/cluster.ts';
import { gather } from '../../lib/commands/circumstances.ts';
import { sampleMigration } from '../../lib/commands/sample.ts';
import { simulatedAccount } from '../../lib/commands/simulated-account.ts';
import type { WorldInfo } from '../../lib/local/world/world.ts';
import { query, type TestLogin } from './postgres.ts';
import { readAccessOf } from './source.ts';

/** How everybody connects to the sample's databases, as the world wrote it down for itself. */
export interface SampleLogins {
  readonly source: { readonly application: TestLogin; readonly passage: TestLogin; readonly master: TestLogin };
  readonly target: { readonly master: TestLogin };
}

export function sampleLogins(memory: string): SampleLogins {
  const { logins } = JSON.parse(readFileSync(join(memory, 'clusters.json'), 'utf8')) as { logins: SampleLogins };
  return logins;
}

/** Everything of the sample that a run may change, as it stands now. */
export async function standing(info: WorldInfo) {
  const seen = await gather(info, sampleMigration());
  const { source, target } = sampleLogins(info.paths.directory);
  const staging = await simulatedAccount(info).staging.keys('');
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
    staging,
    jobs: await jobsIn(info),
    booted: await bootedPods(info),
  };
}
export type Standing = Awaited<ReturnType<typeof standing>>;

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

/** Longer than services take to come up on a busy machine. */
const SETTLE_MS = 60_000;

/** Waits until everything is as it was, and fails with the difference when it never is. */
export async function expectAsBefore(info: WorldInfo, before: Standing): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const now = await standing(info);
    if (JSON.stringify(now) === JSON.stringify(before) || Date.now() > deadline) {
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
