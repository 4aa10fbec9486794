import { rmSync } from 'node:fs';
import { killLeftovers } from '../processes/processes.ts';
import { removeDatabases } from './databases.ts';
import { currentHolder } from './lock.ts';
import { worldPaths } from './paths.ts';

/**
 * Forgets everything: services, histories, databases. Throws with the command's name while one has the world up.
 * Reports that commands have written (`runs`) go with it.
 */
export function resetWorld(directory: string): void {
  const paths = worldPaths(directory);
  const holder = currentHolder(paths.lock);
  if (holder) {
    throw new Error(
      `"${holder.command}" (process ${holder.pid}) has the simulated world up. End it, then reset the world.`,
    );
  }
  killLeftovers(paths.processes);
  removeDatabases(paths);
  rmSync(paths.directory, { recursive: true, force: true });
}
