import type { DeployedMigration } from '../workflow/configuration.ts';
import { digestOf } from './digest.ts';

/** What a plan takes of a configuration: all but window and schedule, which say when and not what. */
export const planned = ({
  window: _window,
  schedule: _schedule,
  ...configuration
}: DeployedMigration): Omit<DeployedMigration, 'window' | 'schedule'> => configuration;

/**
 * What a rehearsal and a cutover of the same thing have in common.
 * @param version of Passage: another one may do other things
 */
export const planDigest = (configuration: DeployedMigration, version: string): string =>
  digestOf({ configuration: planned(configuration), version });
