import { type Command, exitCodes, text } from './command.ts';
import { migrationOption, withNamedMigration } from './named-migration.ts';
import { DIRECTORY } from './open-world.ts';
import { runJourney } from './run-journey.ts';
import { sizeOption } from './sample.ts';

export const rehearse: Command = {
  name: 'rehearse',
  summary: 'rehearses a migration: on the sample, or between two PostgreSQL servers of your own',
  positionals: [],
  options: {
    migration: migrationOption,
    size: sizeOption,
    keep: { type: 'boolean', help: 'leave the scratch database on the target to look at' },
    reason: { type: 'string', value: '<text>', help: 'stands in the report' },
  },
  run: (call) =>
    withNamedMigration(
      call,
      { command: 'rehearse', onAws: 'start its state machine in the console' },
      async (account, migration) => {
        const { console, signal } = call;
        if (signal.aborted) return exitCodes.interrupted;
        return runJourney(
          { account, console, signal, directory: DIRECTORY },
          {
            migration,
            mode: 'rehearsal',
            reason: text(call, 'reason') ?? 'npm run rehearse',
            ...(call.options.keep === true ? { keep: true } : {}),
          },
        );
      },
    ),
};
