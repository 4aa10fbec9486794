import { join } from 'node:path';
import { resetWorld, type SampleSize, sampleSizes, type WorldInfo } from '../local/world/world.ts';
import type { DeployedMigration } from '../workflow/configuration.ts';
import type { Ledger } from '../workflow/documents/ledger.ts';
import { readMigration } from '../workflow/migrations.ts';
import { type Call, exitCodes, text, usage } from './command.ts';
import { fetchMissingReports } from './fetch-report.ts';
import { DIRECTORY, endedUnder, MIGRATIONS, type Opening, openWorld, withWorld } from './open-world.ts';
import { showOutcome } from './outcome.ts';
import { simulatedAccount } from './simulated-account.ts';
import { refuseCutover, type TakingUp, takeUp } from './under-way.ts';

const NAME = 'acme-retool';
/** Reports of earlier runs: they are about a world that is gone, and all that is left of it. */
const KEPT = ['runs'];
const stays = `; reports of earlier runs stay in ${DIRECTORY}/runs.`;

/** The sample's migration, as its file states it. */
export function sampleMigration(): DeployedMigration {
  const found = readMigration(join(MIGRATIONS, `${NAME}.json`));
  if (found?.name !== NAME)
    throw usage(`migrations/${NAME}.json is the sample's configuration and must keep that name.`);
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

/** Why the sample that is there has to make way for a new one; null where it may stay. There is one a world. */
export function whyAnew(
  { size: there, pointOfNoReturn }: { readonly size: SampleSize | undefined; readonly pointOfNoReturn: string | null },
  wanted: SampleSize | undefined,
): string | null {
  if (wanted !== undefined && there !== undefined && there !== wanted) return `is ${there}, and not ${wanted}`;
  return pointOfNoReturn === null ? null : 'is cut over already';
}

/**
 * The world with a sample of the size that is asked for and not cut over yet; another is made anew, saying so. What a killed
 * command left under way comes first, and may be all there is to do: with the old sample it would be forgotten.
 * @returns the exit code
 */
export async function withSample(
  opening: Opening,
  taking: TakingUp,
  use: (world: WorldInfo) => Promise<number>,
): Promise<number> {
  const refuses = taking.wanted?.mode === 'cutover' ? undefined : refuseCutover;
  const world = await openWorld({ ...opening, refuses });
  let code: number | null;
  let ledger: Ledger;
  try {
    const account = simulatedAccount(world.info);
    code = await takeUp(world, NAME, taking);
    await fetchMissingReports(account, DIRECTORY);
    ledger = await account.ledgers.read(NAME);
    if (code !== null && ledger.pointOfNoReturn) {
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
  const { size } = world.info;
  const why = whyAnew({ size, pointOfNoReturn: ledger.pointOfNoReturn }, opening.size);
  if (why === null) return withWorld(opening, use, world);
  if (world.joined) {
    throw usage(`The sample ${why}, and "${world.joined.command}" is using it. End that command, then try again.`);
  }
  await world.stop();
  if (ledger.holder) {
    throw usage(
      `The sample ${why}, but run ${ledger.holder.run} still holds it: "npm run passage -- diagnose" says why and what to do, and "npm run passage -- reset" forgets it.`,
    );
  }
  opening.console.line(
    ledger.pointOfNoReturn
      ? `The sample was cut over before: its databases, clusters and DNS are made anew${stays}`
      : `The sample here was ${size}: it is made anew, ${opening.size}${stays}`,
  );
  resetWorld(DIRECTORY, KEPT);
  return withWorld({ ...opening, size: opening.size ?? size }, use);
}
