import { join } from 'node:path';
import { readArchive } from '../engine/archive.ts';
import { openStateFile } from '../state-file.ts';
import { WorldBusy } from './lock.ts';
import type { WorldPaths } from './paths.ts';

/** What an account was started with: runs can go on only in the one in which they began. */
interface Deployment {
  readonly sample: boolean;
  /** The folder of migrations, when it is not the checkout's own. */
  readonly migrations?: string | undefined;
}

/**
 * Remembers what the account is started with now. Throws WorldBusy where executions are under way that began in another
 * deployment: here their databases, services and permissions are not.
 */
export function takeDeployment(
  paths: WorldPaths,
  { command, sample, migrations }: Deployment & { readonly command: string },
): void {
  const file = openStateFile<{ last?: Deployment & { command: string } }>(join(paths.directory, 'deployment.json'), {});
  const { last } = file.value;
  const underWay = [...readArchive(paths.service('states'))].filter(({ status }) => status === 'RUNNING');
  if (last && underWay.length > 0 && (last.sample !== sample || last.migrations !== migrations)) {
    throw new WorldBusy(
      `"${last.command}" ended while ${underWay.map(({ name }) => name).join(', ')} was under way in another deployment of the simulated account, and can go on only there. Start that command again first, or forget all with "passage reset".`,
    );
  }
  file.value.last = { command, sample, migrations };
  file.save();
}
