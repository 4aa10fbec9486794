import { type Call, type Command, exitCodes, text, usage } from './command.ts';
import { DIRECTORY } from './open-world.ts';
import { withOwnDatabases } from './own-databases.ts';
import { runJourney } from './run-journey.ts';
import { sampleMigration, sizeOf, sizeOption, withSample } from './sample.ts';
import { simulatedAccount } from './simulated-account.ts';
import { readConfiguration } from './validate.ts';

export const rehearse: Command = {
  name: 'rehearse',
  summary: 'rehearses a migration: on the sample, or between two PostgreSQL servers of your own',
  positionals: [],
  options: {
    migration: {
      type: 'string',
      value: '<file>',
      help: 'a configuration with "platform": "local"; without it the sample',
    },
    size: sizeOption,
    keep: { type: 'boolean', help: 'leave the scratch database on the target to look at' },
    reason: { type: 'string', value: '<text>', help: 'stands in the report' },
  },
  async run(call) {
    const file = text(call, 'migration');
    const configuration = file === undefined ? null : readConfiguration(file);
    if (configuration === null || configuration.name === sampleMigration().name) return rehearseSample(call);
    if (configuration.platform === 'aws') {
      throw usage(
        `"${configuration.name}" is a migration on AWS: deploy it (npm run synth, cdk deploy) and start its state machine in the console. Here run the sample and migrations with "platform": "local".`,
      );
    }
    if (sizeOf(call)) throw usage(`"${configuration.name}" has the size that it has: --size is for the sample.`);
    return withOwnDatabases(call, file ?? '', configuration, (account) =>
      runJourney({ ...journey(call), account }, input(call, configuration.name)),
    );
  },
};

const journey = ({ console, signal }: Call) => ({ console, signal, directory: DIRECTORY });

const input = (call: Call, migration: string) => ({
  migration,
  mode: 'rehearsal' as const,
  reason: text(call, 'reason') ?? 'npm run rehearse',
  ...(call.options.keep === true ? { keep: true } : {}),
});

function rehearseSample(call: Call): Promise<number> {
  return withSample({ command: 'rehearse', console: call.console, size: sizeOf(call) }, async (world) => {
    if (call.signal.aborted) return exitCodes.interrupted;
    return runJourney({ ...journey(call), account: simulatedAccount(world) }, input(call, sampleMigration().name));
  });
}
