import { isDeepStrictEqual } from 'node:util';
import { type Call, text, usage } from './command.ts';
import { DIRECTORY } from './open-world.ts';
import { withOwnDatabases } from './own-databases.ts';
import { sampleMigration, sizeOf, withSample } from './sample.ts';
import { type SimulatedAccount, simulatedAccount } from './simulated-account.ts';
import type { Wanted } from './under-way.ts';
import { readConfiguration } from './validate.ts';

/** The option that names the migration of a run that changes no application. */
export const migrationOption = {
  type: 'string',
  value: '<file>',
  help: 'a configuration with "platform": "local"; without it the sample, as migrations/acme-retool.json has it',
} as const;

/**
 * Has the simulated account up with the migration that `--migration` names, the sample's without it.
 * @param command how the account's lock names it
 * @param wanted what it is about to begin: such a run that a killed command left is taken up instead
 * @param onAws how to do the same on AWS, whose migrations are refused here
 */
export async function withNamedMigration(
  call: Call,
  { command, wanted, onAws }: { readonly command: string; readonly wanted: Wanted; readonly onAws: string },
  use: (account: SimulatedAccount, migration: string) => Promise<number>,
): Promise<number> {
  const file = text(call, 'migration');
  const size = sizeOf(call);
  const configuration = file === undefined ? null : readConfiguration(file);
  const asItStands = sampleMigration();
  const sample = asItStands.name;
  if (configuration === null || configuration.name === sample) {
    if (configuration && !isDeepStrictEqual(configuration, asItStands)) {
      throw usage(
        `${file} uses the sample's name, "${sample}", but differs from migrations/${sample}.json. The sample is what that file says: edit it. A migration of another name runs here with "platform": "local" only.`,
      );
    }
    const { console, signal } = call;
    return withSample(
      { command, console, size },
      { console, signal, directory: DIRECTORY, wanted: { ...wanted, size } },
      (world) => use(simulatedAccount(world), sample),
    );
  }
  const { name } = configuration;
  if (configuration.platform === 'aws') {
    throw usage(
      `"${name}" is a migration on AWS: deploy it (npm run synth, cdk deploy), and ${onAws}. Only the sample and migrations with "platform": "local" run here.`,
    );
  }
  if (size) throw usage('--size applies to the sample only.');
  return withOwnDatabases(call, { command, wanted, file: file ?? '', migration: configuration }, (account) =>
    use(account, name),
  );
}
