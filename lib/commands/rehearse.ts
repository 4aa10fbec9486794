import { Level } from '../workflow/documents/boot.ts';
import { type Call, type Command, exitCodes, text, usage } from './command.ts';
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
    level: { type: 'string', value: '<copy|boot>', help: 'boot the target application (default), or only copy' },
    reason: { type: 'string', value: '<text>', help: 'stands in the report' },
  },
  run(call) {
    const level = levelOf(call);
    const options = { ...(call.options.keep === true ? { keep: true } : {}), ...level };
    return withNamedMigration(
      call,
      {
        command: 'rehearse',
        wanted: { mode: 'rehearsal', ...options },
        onAws: 'start its state machine in the console',
      },
      async (account, migration) => {
        const { console, signal } = call;
        if (signal.aborted) return exitCodes.interrupted;
        return runJourney(
          { account, console, signal, directory: DIRECTORY },
          {
            migration,
            mode: 'rehearsal',
            reason: text(call, 'reason') ?? 'npm run rehearse',
            ...options,
          },
        );
      },
    );
  },
};

function levelOf(call: Call): { level?: Level } {
  const given = text(call, 'level');
  if (given === undefined) return {};
  const level = Level.safeParse(given);
  if (!level.success) throw usage(`--level is "copy" or "boot", not "${given}".`);
  return { level: level.data };
}
