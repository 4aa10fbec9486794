import type { DeployedMigration } from '../workflow/configuration.ts';
import { digestOf } from './digest.ts';

/**
 * What a rehearsal and a cutover of the same thing have in common: all of the configuration but window and schedule,
 * which say when and not what.
 * @param version of Passage: another one may do other things
 */
export const planDigest = (
  { window: _window, schedule: _schedule, ...configuration }: DeployedMigration,
  version: string,
): string => digestOf({ configuration, version });
