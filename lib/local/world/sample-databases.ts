import { killLeftovers } from '../processes/processes.ts';
import type { SampleSize } from '../sample/size.ts';
import { type Databases, madeSize, startDatabases } from './databases.ts';
import { takeLock, WorldBusy } from './lock.ts';
import { worldPaths } from './paths.ts';
import { resetWorld } from './reset.ts';

export { type SampleSize, sampleSizes } from '../sample/size.ts';

/**
 * The sample's two databases alone, without the account around them: nothing reads or writes them but the caller, and
 * no other command has the world up meanwhile. A sample of another size is forgotten, saying so.
 * Throws WorldBusy when a command has the world up, NoRoom when the sample would not fit on the disk.
 */
export async function startSampleDatabases(options: {
  /** `.passage` */
  readonly directory: string;
  readonly command: string;
  readonly size: SampleSize;
  readonly say: (line: string) => void;
}): Promise<Databases> {
  const { directory, command, size, say } = options;
  const paths = worldPaths(directory);
  const there = madeSize(paths);
  if (there && there !== size) {
    resetWorld(directory);
    say(`The sample here was ${there}: it is made anew, ${size}.`);
  }
  const taken = await takeLock(paths.lock, command);
  if ('holder' in taken) {
    const { command: holder, pid } = taken.holder;
    throw new WorldBusy(`"${holder}" (process ${pid}) is using the simulated account. End it, then try again.`);
  }
  try {
    killLeftovers(paths.processes);
    const databases = await startDatabases(paths, { size, say });
    return {
      ...databases,
      async stop() {
        await databases.stop();
        taken.lock.release();
      },
    };
  } catch (error) {
    taken.lock.release();
    throw error;
  }
}
