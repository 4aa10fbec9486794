import { fileURLToPath } from 'node:url';
import { ensurePostgres } from '../local/postgres/setup.ts';
import { NoRoom, startWorld, type World, WorldBusy, type WorldInfo, type WorldOptions } from '../local/world/world.ts';
import { loadMigrations } from '../workflow/migrations.ts';
import { type Console, usage } from './command.ts';

/** Everything that the simulated world remembers, in the checkout. */
export const DIRECTORY = '.passage';

/** What a deployment deploys, here as on AWS. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

export interface Opening
  extends Partial<
    Pick<WorldOptions, 'sample' | 'size' | 'migrations' | 'secrets' | 'databases' | 'paused' | 'refuses'>
  > {
  /** As others see it while they wait: `passage rehearse`. */
  readonly command: string;
  readonly console: Console;
}

/** Starts the world, or joins it where another command has it up. Whoever opens it stops it. */
export async function openWorld({
  command,
  console,
  sample = true,
  size,
  migrations,
  secrets,
  databases,
  paused = false,
  refuses,
}: Opening): Promise<World> {
  // Said here, in words of its own, and not by the synthesis that would fail of it.
  loadMigrations(migrations ?? MIGRATIONS);
  ensurePostgres((line) => console.line(line));
  console.live('Starting the simulated account …');
  const world = await startWorld({
    directory: DIRECTORY,
    command: `passage ${command}`,
    sample,
    size,
    ...(migrations === undefined ? {} : { migrations }),
    ...(secrets === undefined ? {} : { secrets }),
    databases,
    paused,
    refuses,
    say: (line) => (console.isTerminal ? console.live(line) : console.line(line)),
  }).catch((error: unknown) => {
    throw error instanceof WorldBusy || error instanceof NoRoom ? usage(error.message) : error;
  });
  if (world.joined) console.line(`Joined the simulated account that "${world.joined.command}" is running.`);
  return world;
}

/** Has the world up for as long as `use` takes, whatever becomes of it. */
export async function withWorld<T>(
  opening: Opening,
  use: (world: WorldInfo) => Promise<T>,
  opened?: World,
): Promise<T> {
  const world = opened ?? (await openWorld(opening));
  try {
    return await use(world.info);
  } catch (error) {
    throw endedUnder(world) ?? error;
  } finally {
    opening.console.live('Ending the simulated account …');
    await world.stop();
    opening.console.live('');
  }
}

/** What to say when the account that was joined has ended meanwhile: whatever failed since, failed for that. */
export function endedUnder({ joined }: Pick<World, 'joined'>): Error | null {
  if (!joined || joined.isUp()) return null;
  return usage(
    `"${joined.command}" has ended, and the simulated account with it. Run this command again: it will start the account itself.`,
  );
}
