import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { killLeftovers } from '../processes/processes.ts';
import { removeDatabases } from './databases.ts';
import { currentHolder } from './lock.ts';
import { worldPaths } from './paths.ts';

/**
 * Forgets everything: services, histories, databases. Throws with the command's name while one has the world up.
 * @param keep names in the work directory that stay: what commands have written there beside the world
 */
export function resetWorld(directory: string, keep: readonly string[] = []): void {
  const paths = worldPaths(directory);
  const holder = currentHolder(paths.lock);
  if (holder) {
    throw new Error(
      `"${holder.command}" (process ${holder.pid}) has the simulated world up. End it, then reset the world.`,
    );
  }
  killLeftovers(paths.processes);
  removeDatabases(paths);
  const names = existsSync(paths.directory) ? readdirSync(paths.directory) : [];
  const gone = names.filter((name) => !keep.includes(name));
  for (const name of gone) rmSync(join(paths.directory, name), { recursive: true, force: true });
  if (gone.length === names.length) rmSync(paths.directory, { recursive: true, force: true });
}
