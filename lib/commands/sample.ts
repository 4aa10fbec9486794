import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resetWorld, type SampleSize, sampleSizeIn, sampleSizes, type WorldInfo } from '../local/world/world.ts';
import type { DeployedMigration } from '../workflow/configuration.ts';
import { readMigration } from '../workflow/migrations.ts';
import { type Call, type Console, exitCodes, text, usage } from './command.ts';
import { fetchMissingReports } from './fetch-report.ts';
import { DIRECTORY, endedUnder, type Opening, openWorld, withWorld } from './open-world.ts';
import { showOutcome } from './outcome.ts';
import { simulatedAccount } from './simulated-account.ts';
import { type TakingUp, takeUp } from './under-way.ts';

const NAME = 'acme-retool';
/** Reports of earlier runs: they are about a world that is gone, and all that is left of it. */
const KEPT = ['runs'];
const stays = `; reports of earlier runs stay in ${DIRECTORY}/runs.`;
const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The sample's migration, as its file states it. */
export function sampleMigration(): DeployedMigration {
  const found = readMigration(join(MIGRATIONS, `${NAME}.json`));
  if (found?.name !== NAME)
    throw usage(`migrations/${NAME}.json is the sample's configuration and must stay as it is named.`);
  return found;
}

/** The option that chooses the sample's size. */
export const sizeOption = {
  type: 'string',
  value: '<size>',
  help: `of the sample: ${Object.entries(sampleSizes)
    .map(([size, { bytes }]) => `${size} (${bytes < 1e9 ? `${bytes / 1e6} MB` : `${bytes / 1e9} GB`})`)
    .join(' or ')}; the one that is there, or small`,
} as const;

/** What `--size` asks for. */
export function sizeOf(call: Call): SampleSize | undefined {
  const size = text(call, 'size');
  if (size === undefined || Object.hasOwn(sampleSizes, size)) return size as SampleSize | undefined;
  throw usage(`There is no size "${size}" of the sample. Give one of: ${Object.keys(sampleSizes).join(', ')}.`);
}

/** A world has one sample: that of another size is forgotten, saying so. */
function makeWay(size: SampleSize | undefined, console: Console): void {
  const there = sampleSizeIn(DIRECTORY);
  if (size === undefined || there === undefined || there === size) return;
  try {
    resetWorld(DIRECTORY, KEPT);
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
  console.line(`The sample here was ${there}: it is made anew, ${size}${stays}`);
}

/**
 * The world with a sample that is not cut over yet; one that is, is made anew, saying so. What a killed command left
 * under way comes first, and may be all there is to do.
 * @returns the exit code
 */
export async function withSample(
  opening: Opening,
  taking: TakingUp,
  use: (world: WorldInfo) => Promise<number>,
): Promise<number> {
  makeWay(opening.size, opening.console);
  const world = await openWorld(opening);
  let code: number | null;
  let isCutOver: boolean;
  try {
    const account = simulatedAccount(world.info);
    code = await takeUp(world, NAME, taking);
    await fetchMissingReports(account, DIRECTORY);
    isCutOver = (await account.ledgers.read(NAME)).pointOfNoReturn !== null;
    if (code !== null && isCutOver) {
      const fine = await showOutcome(world.info, sampleMigration(), opening.console, taking.signal);
      if (code === exitCodes.ok && !fine) code = exitCodes.target;
    }
  } catch (error) {
    const ended = endedUnder(world);
    await world.stop();
    throw ended ?? error;
  }
  if (code !== null) {
    await world.stop();
    return code;
  }
  if (!isCutOver) return withWorld(opening, use, world);
  if (world.joined) {
    throw usage(
      `The sample is cut over already, and "${world.joined.command}" has it up. End that command, then try again.`,
    );
  }
  opening.console.line(`The sample was cut over before: its databases, clusters and DNS are made anew${stays}`);
  await world.stop();
  resetWorld(DIRECTORY, KEPT);
  return withWorld({ ...opening, size: world.info.size }, use);
}
