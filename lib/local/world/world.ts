import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bucketOf } from '../assembly/assembly.ts';
import { synthesize } from '../assembly/synthesize.ts';
import { systemClock } from '../clock.ts';
import type { BusEvent } from '../events/bus.ts';
import type { LoadBalancer } from '../loadbalancer/load-balancer.ts';
import { findPostgres } from '../postgres/binaries.ts';
import { createProcesses, killLeftovers } from '../processes/processes.ts';
import { sampleImage } from '../sample/image.ts';
import type { SampleSize } from '../sample/size.ts';
import { startWriter } from '../sample/writer.ts';
import { ACCOUNT } from './account.ts';
import { type Closing, createClosing } from './closing.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { applyManifests } from './clusters.ts';
import { type Databases, startDatabases } from './databases.ts';
import { takeDeployment } from './deployment.ts';
import { type Facts, informed, type WorldInfo } from './info.ts';
import { currentHolder, takeLock, WorldBusy } from './lock.ts';
import { type WorldPaths, worldPaths } from './paths.ts';
import { sampleNames } from './sample-names.ts';
import { describeServers } from './sample-servers.ts';
import { deploySource } from './sample-source.ts';
import { deployTarget } from './sample-target.ts';
import { setSecret } from './secrets.ts';

export { type SampleSize, sampleSizes } from '../sample/size.ts';
export { NoRoom } from './databases.ts';
export type { WorldInfo } from './info.ts';
export { WorldBusy } from './lock.ts';
export { resetWorld } from './reset.ts';

export interface WorldOptions {
  /** `.passage`: where everything lives. */
  readonly directory: string;
  /** Whose stacks are deployed; this one unless given. */
  readonly checkout?: string;
  /** For the lock file, so that others see who has the world up: `passage rehearse acme-retool`. */
  readonly command: string;
  /** Whether the sample Retool and its two PostgreSQL clusters are part of it. */
  readonly sample: boolean;
  /** Of the sample where there is none yet; small unless given. One that is there keeps its size. */
  readonly size?: SampleSize | undefined;
  /** A folder of migrations to deploy instead of the checkout's own. */
  readonly migrations?: string;
  /** Secrets of the account that the deployment does not make, by name: logins of a user's own databases. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Where these logins lead, in words without a password: a run goes on only between the same. */
  readonly databases?: string | undefined;
  /**
   * Only to be looked at: what was running stays where it stopped, no event is delivered and no schedule fires. Others wait
   * until it has ended instead of joining it. A world that is joined goes on all the same.
   */
  readonly paused?: boolean;
  /**
   * Asked of each run that would go on with this start, before anything moves: why it must not, or null. With a reason
   * nothing is started. Not asked of a world that is joined.
   */
  readonly refuses?: ((run: { readonly name: string; readonly input: string }) => string | null) | undefined;
  /** For tests of what must not rest on an event's arrival: those that are lost on the way to EventBridge. */
  readonly loses?: (event: BusEvent) => boolean;
  /** Told what takes seconds. */
  readonly say?: (line: string) => void;
}

export interface World {
  readonly info: WorldInfo;
  /** Who has it up, when that is another command: then `stop` does nothing. */
  readonly joined:
    | {
        readonly command: string;
        readonly pid: number;
        /** Whether that command still has it up. */
        isUp(): boolean;
      }
    | undefined;
  /** ARNs of the executions that were running when the account last ended, and go on: the oldest first. None when joined or paused. */
  readonly resumed: readonly string[];
  /** Ends every process; what the services remember stays. Twice is harmless. */
  stop(): Promise<void>;
}

const THIS_CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));

/** How often the sample's user writes something. */
const WRITE_EVERY_MS = 250;

/** Has the simulated world up: starts it, or joins the command that has it up. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const paths = worldPaths(options.directory);
  const taken = await takeLock<Facts>(paths.lock, options.command);
  if ('holder' in taken) {
    const { command, pid, info } = taken.holder;
    if (options.migrations && options.migrations !== info.migrations) {
      throw new WorldBusy(
        `"${command}" (process ${pid}) is using another deployment of the simulated account. Wait until it has ended, then try again.`,
      );
    }
    const isUp = () => {
      const now = currentHolder<Facts>(paths.lock);
      return now?.pid === pid && now.info !== undefined;
    };
    return { info: informed(info, paths), joined: { command, pid, isUp }, resumed: [], stop: async () => {} };
  }
  const closing = createClosing();
  closing.add('lock', () => taken.lock.release());
  const stop = async () => {
    taken.lock.retract();
    const failures = await closing.closeAll();
    for (const failure of failures) console.error(failure);
  };
  try {
    const { facts, resumed } = await start(options, paths, closing);
    if (!options.paused) taken.lock.publish(facts);
    return { info: informed(facts, paths), joined: undefined, resumed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: WorldOptions,
  paths: WorldPaths,
  closing: Closing,
): Promise<{ readonly facts: Facts; readonly resumed: readonly string[] }> {
  const { checkout = THIS_CHECKOUT, migrations, say, sample } = options;
  const clock = systemClock;
  const past = takeDeployment(paths, options);
  for (const run of past.filter(({ status, caller }) => status === 'RUNNING' && !caller)) {
    const why = options.refuses?.(run);
    if (why) throw new WorldBusy(why);
  }
  killLeftovers(paths.processes);
  const processes = createProcesses({ directory: paths.processes, clock });
  closing.add('processes', () => processes.close());
  // Both take seconds: the synthesis in a process of its own, the clusters in theirs.
  const synthesis = synthesize({ checkout, ...(migrations && { migrations }), ...(say && { say }) });
  const opening = sample ? startDatabases(paths, { size: options.size, say }) : undefined;
  const databases = await settled(opening, synthesis);
  if (databases) closing.add('PostgreSQL', () => databases.stop());
  const cloud = await openCloud({
    paths,
    compute: sample ? 'sample' : 'own',
    assemblyDirectory: await synthesis,
    clock,
    processes,
    closing,
    postgresTools: (databases?.source.binaries ?? findPostgres()).directory,
    sampleImage,
    loses: options.loses,
    past,
  });
  for (const [name, value] of Object.entries(options.secrets ?? {})) {
    await setSecret(cloud.secrets, cloud.operator.principal, name, value);
  }
  for (const kubernetes of cloud.clusters.kubernetes.values()) {
    applyManifests(kubernetes, join(checkout, 'lib', 'kubernetes', 'rbac.json'));
  }
  const balancers = databases ? await deploySample(checkout, cloud, databases, paths, closing) : [];
  const resumed = cloud.begin({ paused: options.paused ?? false }).toSorted((a, b) => a.startDate - b.startDate);
  return {
    facts: { ...factsOf(cloud, databases, balancers), migrations },
    resumed: resumed.map(({ executionArn }) => executionArn),
  };
}

/** The first's result, once the second is not going to fail: else what was opened is closed again. */
async function settled(
  opening: Promise<Databases> | undefined,
  other: Promise<unknown>,
): Promise<Databases | undefined> {
  const [databases, rest] = await Promise.allSettled([opening, other]);
  if (databases.status === 'rejected') throw databases.reason;
  if (rest.status === 'fulfilled') return databases.value;
  await databases.value?.stop();
  throw rest.reason;
}

async function deploySample(
  checkout: string,
  cloud: Cloud,
  databases: Databases,
  paths: WorldPaths,
  closing: Closing,
): Promise<LoadBalancer[]> {
  const names = sampleNames(checkout);
  const operator = cloud.operator.principal;
  describeServers(cloud, databases);
  const balancers = await Promise.all([
    deploySource({ cloud, names, databases, operator, clock: systemClock, closing }),
    deployTarget({ cloud, names, databases }),
  ]);
  const writer = startWriter({
    name: names.dns.record,
    resolver: cloud.dns.address,
    addressOf: cloud.loadBalancers.addressOf,
    journal: paths.journal,
    everyMs: WRITE_EVERY_MS,
    clock: systemClock,
  });
  closing.add('writer', () => writer.stop());
  return balancers;
}

function factsOf(
  cloud: Cloud,
  databases: Databases | undefined,
  balancers: readonly LoadBalancer[],
): Omit<Facts, 'migrations'> {
  const { assembly } = cloud;
  const { keys } = cloud.operator;
  const viewer = cloud.viewer.keys;
  const clusters = [...cloud.clusters.kubernetes].map(([name, { url, caCertificate }]) => [
    name,
    { url, caCertificate },
  ]);
  return {
    ...ACCOUNT,
    url: cloud.gateway.url,
    credentials: { accessKeyId: keys.accessKeyId, secretAccessKey: keys.secretAccessKey },
    viewer: { accessKeyId: viewer.accessKeyId, secretAccessKey: viewer.secretAccessKey },
    clusters: Object.fromEntries(clusters),
    principal: cloud.operator.principal.arn,
    approvalUrl: cloud.approvalUrl,
    dns: { server: cloud.dns.address },
    machines: Object.fromEntries(assembly.stateMachines.map(({ name, arn }) => [name, arn])),
    buckets: { evidence: bucketOf(assembly, 'evidence'), staging: bucketOf(assembly, 'staging') },
    loadBalancers: Object.fromEntries(balancers.map(({ hostname, port }) => [hostname, port])),
    size: databases?.size,
    databases: databases && {
      source: databases.logins.source.application,
      target: databases.logins.target.master,
    },
  };
}
