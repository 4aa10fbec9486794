import { dirname, join, relative } from 'node:path';
import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { plainCause } from '../domain/failure.ts';
import { runOf } from '../domain/run.ts';
import { summaryText } from '../pages/terminal.ts';
import type { JourneyInput } from '../workflow/registry.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Console, exitCodeOf, exitCodes } from './command.ts';
import { fetchReport } from './fetch-report.ts';
import { follow } from './follow.ts';
import { untilReleased } from './put-back.ts';
import type { SimulatedAccount } from './simulated-account.ts';

export interface Journey {
  readonly account: SimulatedAccount;
  readonly console: Console;
  readonly signal: AbortSignal;
  /** `.passage` */
  readonly directory: string;
  /** What is said of the ended run; by default its summary. */
  readonly show?: (summary: Summary, columns: number) => string;
  readonly onTick?: ((entered: ReadonlySet<string>, run: string) => Promise<void>) | undefined;
  /** What Ctrl-C does to the run: stops it, which unwinds, or leaves it as it is to whoever has the account up. */
  readonly onInterrupt?: 'stop' | 'leave';
  /** Whether the run was under way before this command showed it. */
  readonly takenUp?: boolean;
}

/** `rehearsal-20260105-090000`: sorts by time, and says in the console what it is. */
const executionName = (mode: string): string =>
  `${mode}-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}`;

/** Starts one journey and sees it through. @returns the exit code */
export async function runJourney(journey: Journey, input: JourneyInput): Promise<number> {
  const { account, console } = journey;
  const { executionArn = '' } = await account.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: account.journey,
      name: executionName(input.mode),
      input: JSON.stringify(input),
    }),
  );
  console.line(`Run ${runOf(executionArn)} of migration "${input.migration}".`);
  return seeThrough(journey, { execution: executionArn, migration: input.migration });
}

/**
 * Shows a run that has begun to its end. Unless it leaves the run at Ctrl-C, it returns only when the lease is released or
 * a person is needed, so that nothing is left half-way unseen.
 * @returns the exit code
 */
export async function seeThrough(
  { account, console, signal, directory, onTick, onInterrupt = 'stop', takenUp, show = summaryText }: Journey,
  { execution: executionArn, migration }: { readonly execution: string; readonly migration: string },
): Promise<number> {
  const run = runOf(executionArn);
  const leaves = onInterrupt === 'leave';
  let answered = false;
  const isLeft = async () => {
    if (!signal.aborted || leaves) return signal.aborted;
    if (!answered) await interrupt(account, console, executionArn, migration);
    answered = true;
    return false;
  };
  const ended = await follow(account, console, { execution: executionArn, run, takenUp, onTick }, isLeft);
  if (ended === null) {
    console.line(
      `Run ${run} was not stopped: it goes on whenever the simulated account is up. A cutover that waits for people is put back by a "no": npm run cutover -- --reject-as <approver>.`,
    );
    return exitCodes.interrupted;
  }
  const released = await untilReleased(account, console, migration, run, leaves ? signal : undefined);
  const report = await fetchReport(account, directory, run);
  if (report) {
    console.line();
    console.line(show(report.summary, console.columns).trimEnd());
    console.line();
    console.line(`Report: ${relative(process.cwd(), report.path)}`);
    const { files } = report.summary;
    if (files.length > 0) {
      const folder = relative(process.cwd(), join(dirname(report.path), 'files'));
      console.line(`Generated files: ${folder}/ (${files.map(({ name }) => name).join(', ')})`);
    }
  } else if (ended.status !== 'SUCCEEDED') {
    console.line(`${ended.error ?? ended.status}: ${plainCause(ended.cause ?? '')}`);
  }
  if (!released) {
    console.line(`Run ${run} still holds the migration: "npm run passage -- diagnose" says why and what to do.`);
  }
  if (signal.aborted) return exitCodes.interrupted;
  if (ended.status === 'SUCCEEDED') return exitCodes.ok;
  return exitCodeOf(ended.error ?? '');
}

/** Past the point of no return nothing would unwind: a run that is stopped there leaves users with no side to write to. */
async function interrupt(
  { ledgers, sfn }: SimulatedAccount,
  console: Console,
  executionArn: string,
  migration: string,
): Promise<void> {
  if ((await ledgers.read(migration)).pointOfNoReturn) {
    console.line('Not stopping: the run has passed its point of no return, and is shown to its end.');
    return;
  }
  console.line('Stopping. Everything is put back first; the run has not passed its point of no return.');
  await sfn.send(new StopExecutionCommand({ executionArn, error: 'Interrupted', cause: 'Ctrl-C' }));
}
