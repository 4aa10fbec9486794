import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareManifests } from '../lib/copier/compare.ts';
import type { Role } from '../lib/copier/contract.ts';
import { unseal } from '../lib/copier/sealed.ts';
import { keys, Manifest } from '../lib/copier/staged.ts';
import type { SampleLogin } from '../lib/local/sample/database.ts';
import type { Copy, Stage } from './stage.ts';

/** What a copy says of itself; who times it and counts processor seconds stands outside. */
export interface Outcome {
  readonly target: SampleLogin;
  /** What lay between the two servers. */
  readonly stagedBytes: number;
  /** At its end, after everything else: counting and hashing alone. Undefined where nothing is proved. */
  readonly proofSeconds?: number;
  /** Peak resident memory. */
  readonly memoryBytes?: Readonly<Record<Role, number>>;
}

export interface Contestant {
  readonly name: string;
  /** Copies the source into an empty database of the target, whole, with statistics. */
  copy(stage: Stage): Promise<Outcome>;
}

/** Passage's own workers, side by side, as a rehearsal starts them. */
export const passage: Contestant = {
  name: 'Passage, proof included',
  async copy(stage) {
    const copy = await stage.prepareCopy();
    const dump = stage.startWorker('dump', copy.inputs.dump);
    const restore = stage.startWorker('restore', copy.inputs.restore);
    await Promise.all([dump.ended, restore.ended]);
    const ended = Date.now();
    const proofBegan = restore.phaseAt('measuring');
    const manifests = await provedEqual(copy);
    return {
      target: copy.target,
      stagedBytes: sizeOf(join(stage.folder, '..', 's3')),
      ...(proofBegan !== undefined && { proofSeconds: (ended - proofBegan) / 1000 }),
      memoryBytes: { dump: manifests.dump.memoryBytes, restore: manifests.restore.memoryBytes },
    };
  },
};

/** The last attempt's manifests. Throws unless they say that everything arrived. */
export async function provedEqual({ staging }: Copy): Promise<Record<Role, Manifest>> {
  const read = async (name: string) => {
    const key = (await staging.list(keys.attempts)).filter((each) => each.endsWith(`/${name}.json`)).at(-1) ?? '';
    return unseal(Manifest, (await staging.get(key)) ?? '', key);
  };
  const [dump, restore] = await Promise.all([read('manifest'), read('restored')]);
  const { differences } = compareManifests(dump, restore);
  if (differences.length > 0) throw new Error(`Passage's own proof fails: ${differences[0]?.message}`);
  return { dump, restore };
}

/** The vendor's guide: one dump file with the default compression, carried twice, restored by one session. */
export const guide: Contestant = {
  name: '`pg_dump -Fc`, file copied twice, `pg_restore`',
  async copy(stage) {
    const target = await stage.createTarget();
    const file = join(stage.folder, 'retool.dump');
    await run(stage, 'pg_dump', stage.source.login, ['--format=custom', `--file=${file}`]);
    // To a laptop, and into a pod. On one disk it costs little.
    for (const copy of ['laptop', 'pod']) copyFileSync(file, join(stage.folder, copy));
    await run(stage, 'pg_restore', target, [...ownerless, join(stage.folder, 'pod')]);
    await analyze(stage, target, 1);
    return { target, stagedBytes: statSync(file).size };
  },
};

/** The same tools with two jobs each. */
export const twoJobs: Contestant = {
  name: '`pg_dump -Fd -j2`, `pg_restore -j2`',
  async copy(stage) {
    const target = await stage.createTarget();
    const directory = join(stage.folder, 'retool');
    await run(stage, 'pg_dump', stage.source.login, ['--format=directory', '--jobs=2', `--file=${directory}`]);
    await run(stage, 'pg_restore', target, [...ownerless, '--jobs=2', directory]);
    await analyze(stage, target, 2);
    return { target, stagedBytes: sizeOf(directory) };
  },
};

const ownerless = ['--no-owner', '--no-acl', '--exit-on-error'];

/** Passage's restore ends with statistics; a database without them is not ready to serve. */
const analyze = (stage: Stage, login: SampleLogin, jobs: number) =>
  run(stage, 'vacuumdb', login, ['--analyze-only', '--quiet', `--jobs=${jobs}`]);

async function run(stage: Stage, tool: string, login: SampleLogin, options: readonly string[]): Promise<void> {
  const child = spawn(
    join(stage.target.cluster.binaries.directory, tool),
    [...options.slice(0, -1), ...(tool === 'pg_dump' ? [] : [`--dbname=${login.database}`]), ...options.slice(-1)],
    {
      env: {
        PATH: process.env.PATH,
        LC_ALL: 'C',
        PGHOST: login.host,
        PGPORT: String(login.port),
        PGUSER: login.user,
        PGPASSWORD: login.password,
        PGDATABASE: login.database,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${tool} ended with ${code}: ${complaint}`);
}

function sizeOf(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
