import { openWarnings } from '../domain/preflight/preflight.ts';
import { findingsText } from '../pages/findings.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Call, type Command, exitCodes, text, usage } from './command.ts';
import { DIRECTORY } from './open-world.ts';
import { withOwnDatabases } from './own-databases.ts';
import { runJourney } from './run-journey.ts';
import { sampleMigration, withSample } from './sample.ts';
import { type SimulatedAccount, simulatedAccount } from './simulated-account.ts';
import { readConfiguration } from './validate.ts';

export const preflight: Command = {
  name: 'preflight',
  summary: 'looks at both sides and says what stands in the way of a cutover; copies nothing',
  positionals: [],
  options: {
    migration: {
      type: 'string',
      value: '<file>',
      help: 'a configuration with "platform": "local"; without it the sample',
    },
    reason: { type: 'string', value: '<text>', help: 'stands in the report' },
  },
  async run(call) {
    const file = text(call, 'migration');
    const configuration = file === undefined ? null : readConfiguration(file);
    if (configuration === null || configuration.name === sampleMigration().name) {
      return withSample({ command: 'preflight', console: call.console }, (world) =>
        look(call, simulatedAccount(world), sampleMigration().name),
      );
    }
    if (configuration.platform === 'aws') {
      throw usage(
        `"${configuration.name}" is a migration on AWS: deploy it, and start its state machine with "mode": "preflight". Here run the sample and migrations with "platform": "local".`,
      );
    }
    return withOwnDatabases(call, file ?? '', configuration, (account) => look(call, account, configuration.name));
  },
};

/** The journey in mode `preflight`; the worst that it found is the exit code. */
async function look(call: Call, account: SimulatedAccount, migration: string): Promise<number> {
  const { console, signal } = call;
  if (signal.aborted) return exitCodes.interrupted;
  let found: Summary['checks'] = [];
  const show = (summary: Summary, columns: number) => {
    found = summary.checks;
    return findingsText(summary, columns);
  };
  const reason = text(call, 'reason') ?? 'npm run passage -- preflight';
  const code = await runJourney(
    { account, console, signal, directory: DIRECTORY, show },
    { migration, mode: 'preflight', reason },
  );
  return code === exitCodes.ok && openWarnings(found).length > 0 ? exitCodes.warnings : code;
}
