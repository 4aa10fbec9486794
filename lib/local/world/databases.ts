import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../postgres/cluster.ts';
import { prepareClusterDirectory } from '../postgres/step-down.ts';
import { createSampleSource, createSampleTarget, type SampleSource, type SampleTarget } from '../sample/database.ts';
import { type SampleSize, sampleSizes } from '../sample/size.ts';
import { openStateFile } from '../state-file.ts';
import type { WorldPaths } from './paths.ts';

/** The two PostgreSQL clusters of the sample, running. */
export interface Databases {
  readonly source: Cluster;
  readonly target: Cluster;
  readonly logins: { readonly source: SampleSource; readonly target: SampleTarget };
  /** The `ENCRYPTION_KEY` of both sides. */
  readonly encryptionKey: string;
  /** A token of the application's management API, in the source and so in every copy. */
  readonly apiToken: string;
  readonly size: SampleSize;
  stop(): Promise<void>;
}

interface Memory {
  /** The clusters' folders: root's are outside of the work directory and cannot be guessed. */
  readonly directories: { source?: string; target?: string };
  readonly ports: { source?: number; target?: number };
  readonly passwords: { readonly master: string; readonly retool: string; readonly passage: string };
  readonly encryptionKey: string;
  /** Of the sample's data; small where it is not told. */
  size?: SampleSize | undefined;
  /** There once the sample's data is, whole. Host and port are those of the last start. */
  logins?: Databases['logins'] | undefined;
}

const secret = () => randomBytes(24).toString('hex');
/** The same whenever the world is started, and as secret as what it comes from. */
const apiTokenOf = ({ encryptionKey }: Memory): string =>
  `retool_${createHmac('sha256', encryptionKey).update('management API').digest('hex').slice(0, 40)}`;

interface DatabasesOptions {
  /** Of the data where there is none yet; small unless given. What is there already keeps its size. */
  readonly size?: SampleSize | undefined;
  /** Told what takes seconds. */
  readonly say?: ((line: string) => void) | undefined;
}

/** The sample would not fit on the disk; the message says what is needed where. */
export class NoRoom extends Error {}

/** Starts both clusters; the first time it creates them, with the sample's data in the source. Throws NoRoom. */
export async function startDatabases(paths: WorldPaths, options: DatabasesOptions = {}): Promise<Databases> {
  const file = openStateFile<Memory>(paths.clusters, {
    directories: {},
    ports: {},
    passwords: { master: secret(), retool: secret(), passage: secret() },
    encryptionKey: secret(),
  });
  const memory = file.value;
  const open = async (name: 'source' | 'target'): Promise<Cluster> => {
    const known = memory.directories[name];
    const directory = known && existsSync(known) ? known : prepareClusterDirectory(join(paths.directory, name));
    if (directory !== known) memory.logins = undefined;
    memory.directories[name] = directory;
    file.save();
    const cluster = await startCluster({ directory, name, ...(memory.ports[name] && { port: memory.ports[name] }) });
    memory.ports[name] = cluster.port;
    return cluster;
  };
  const opening = [open('source'), open('target')] as const;
  const stop = async () => {
    // Where one fails, the other may still be starting.
    const opened = await Promise.allSettled(opening);
    await Promise.all(opened.map((each) => each.status === 'fulfilled' && each.value.stop()));
  };
  try {
    const [source, target] = await Promise.all(opening);
    const logins = memory.logins
      ? { source: at(source, memory.logins.source), target: at(target, memory.logins.target) }
      : await fill(source, target, memory, options);
    memory.logins = logins;
    file.save();
    const { encryptionKey, size = 'small' } = memory;
    return { source, target, logins, encryptionKey, apiToken: apiTokenOf(memory), size, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fill(
  source: Cluster,
  target: Cluster,
  memory: Memory,
  { size = 'small', say = () => {} }: DatabasesOptions,
): Promise<Databases['logins']> {
  const { encryptionKey, passwords } = memory;
  const { rows, bytes, takes } = requireRoom(size, source.directory);
  memory.size = size;
  const made = `Making the ${size} sample`;
  if (size !== 'small') say(`${made} (${bytes / 1e9} GB): ${takes}`);
  let toldPercent = 0;
  const told = (share: number) => {
    const percent = Math.floor(share * 20) * 5;
    if (size !== 'small' && percent > toldPercent) say(`${made}: ${percent} %`);
    toldPercent = percent;
  };
  const [filled, empty] = await Promise.all([
    createSampleSource(source, { encryptionKey, passwords, apiToken: apiTokenOf(memory), rows, told }),
    createSampleTarget(target, { passwords }),
  ]);
  return { source: filled, target: empty };
}

function requireRoom(size: SampleSize, directory: string) {
  const { bavail, bsize } = statfsSync(directory);
  const { needsBytes } = sampleSizes[size];
  if (bavail * bsize >= needsBytes) return sampleSizes[size];
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new NoRoom(
    `The ${size} sample needs ${gigabytes(needsBytes)} free on the disk of ${directory}: the source, its copy, the logs of both servers, staging. There are ${gigabytes(bavail * bsize)}.`,
  );
}

/** The size of the sample that is made in a world; undefined where there is none yet. */
export function madeSize(paths: WorldPaths): SampleSize | undefined {
  if (!existsSync(paths.clusters)) return undefined;
  const { logins, size = 'small' } = openStateFile<Partial<Memory>>(paths.clusters, {}).value;
  return logins && size;
}

/** Logins of the last time, where the cluster is now. */
function at<T extends object>({ host, port }: Cluster, logins: T): T {
  return Object.fromEntries(Object.entries(logins).map(([name, login]) => [name, { ...login, host, port }])) as T;
}

/** Removes what lies outside of the work directory. */
export function removeDatabases(paths: WorldPaths): void {
  if (!existsSync(paths.clusters)) return;
  const { directories } = openStateFile<Partial<Memory>>(paths.clusters, {}).value;
  for (const directory of Object.values(directories ?? {})) rmSync(directory, { recursive: true, force: true });
}
