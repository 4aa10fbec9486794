import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArchive } from '../engine/archive.ts';
import type { ExecutionDescription } from '../engine/engine.ts';
import { Bucket } from '../s3/bucket.ts';
import { openStateFile } from '../state-file.ts';
import { WorldBusy } from './lock.ts';
import { type WorldPaths, worldPaths } from './paths.ts';

/** What an account was started with: runs can go on only in the one in which they began. */
interface Deployment {
  readonly sample: boolean;
  /** The folder of migrations, when it is not the checkout's own. */
  readonly migrations?: string | undefined;
  /** The databases of a user's own that its secrets lead to, in words. */
  readonly databases?: string | undefined;
}

/**
 * Remembers what the account is started with now. Throws WorldBusy where something is under way that began in another
 * deployment: here its databases, services and permissions are not.
 * @returns every execution that there has been
 */
export function takeDeployment(
  paths: WorldPaths,
  { command, sample, migrations, databases }: Deployment & { readonly command: string },
): readonly ExecutionDescription[] {
  const file = openStateFile<{ last?: Deployment & { command: string } }>(join(paths.directory, 'deployment.json'), {});
  const { last } = file.value;
  const executions = [...readArchive(paths.service('states'))];
  if (last && (last.sample !== sample || last.migrations !== migrations || last.databases !== databases)) {
    const running = executions.filter(({ status }) => status === 'RUNNING').map(({ name }) => name);
    const underWay = running.length > 0 ? running : runsNotPutBack(paths);
    if (underWay.length > 0) {
      const where = last.databases ? ` between ${last.databases}` : '';
      throw new WorldBusy(
        `"${last.command}" ended while ${underWay.join(', ')} was under way in another deployment of the simulated account${where}, and can go on only there. Start that command again first, or forget everything with "npm run passage -- reset".`,
      );
    }
  }
  file.value.last = { command, sample, migrations, databases };
  file.save();
  return executions;
}

/** Names of the executions that nobody else started and that have not ended, by the histories in a world's folder. */
export function runsUnderWay(workDirectory: string): string[] {
  const states = worldPaths(workDirectory).service('states');
  if (!existsSync(states)) return [];
  return [...readArchive(states)]
    .filter(({ status, caller }) => status === 'RUNNING' && !caller)
    .map(({ name }) => name);
}

/** Runs that have ended and still hold a migration: what they changed is put back from its ledger. */
function runsNotPutBack(paths: WorldPaths): string[] {
  const directory = paths.service('s3');
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map((name) => new Bucket(join(directory, name), name))
    .flatMap((bucket) =>
      bucket
        .keys()
        .filter((key) => /^migrations\/[^/]+\/ledger\.json$/.test(key))
        .flatMap((key) => {
          const text = (bucket.current(key)?.segments ?? []).map((part) => readFileSync(bucket.path(part), 'utf8'));
          if (text.length === 0) return [];
          const { holder } = JSON.parse(text.join('')) as { holder?: { run?: string } | null };
          return holder?.run ?? [];
        }),
    );
}
