import { openWarnings } from '../domain/preflight/preflight.ts';
import { findingsText } from '../pages/findings.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Call, type Command, exitCodes, text } from './command.ts';
import { migrationOption, withNamedMigration } from './named-migration.ts';
import { DIRECTORY } from './open-world.ts';
import { runJourney } from './run-journey.ts';
import type { SimulatedAccount } from './simulated-account.ts';

export const preflight: Command = {
  name: 'preflight',
  summary: 'looks at both sides and says what stands in the way of a cutover; copies nothing',
  positionals: [],
  options: {
    migration: migrationOption,
    all: { type: 'boolean', help: 'lists what passed as well' },
    reason: { type: 'string', value: '<text>', help: 'stands in the report' },
  },
  run: (call) =>
    withNamedMigration(
      call,
      {
        command: 'preflight',
        wanted: { mode: 'preflight' },
        onAws: 'start its state machine with "mode": "preflight"',
      },
      (account, migration) => look(call, account, migration),
    ),
};

/** The journey in mode `preflight`; the worst that it found is the exit code. */
async function look(call: Call, account: SimulatedAccount, migration: string): Promise<number> {
  const { console, signal } = call;
  if (signal.aborted) return exitCodes.interrupted;
  let found: Summary['checks'] = [];
  const show = (summary: Summary, columns: number) => {
    found = summary.checks;
    return findingsText(summary, columns, { all: call.options.all === true });
  };
  const reason = text(call, 'reason') ?? 'npm run passage -- preflight';
  const code = await runJourney(
    { account, console, signal, directory: DIRECTORY, show },
    { migration, mode: 'preflight', reason },
  );
  return code === exitCodes.ok && openWarnings(found).length > 0 ? exitCodes.warnings : code;
}
