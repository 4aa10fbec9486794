import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { runOf } from '../domain/run.ts';
import type { World } from '../local/world/world.ts';
import type { Mode } from '../workflow/documents/run.ts';
import { JourneyInput } from '../workflow/tasks/lease.ts';
import { askPeopleOf, type Players } from './approvers.ts';
import { exitCodes } from './command.ts';
import { untilReleased } from './put-back.ts';
import { type Journey, seeThrough } from './run-journey.ts';
import { type SimulatedAccount, simulatedAccount } from './simulated-account.ts';

/** Nobody's decisions are played: each approver's link is shown. */
const NOBODY: Players = { approve: [], reject: [] };

/** What a command has to do with a run that somebody else's command began. */
export interface TakingUp extends Omit<Journey, 'account' | 'onTick' | 'onInterrupt'> {
  /** What the command is about to begin itself. */
  readonly wanted?: Mode;
  readonly players?: Players;
}

/**
 * After a command that was killed: its run goes on with this world, which ends with this command. So it is shown to its
 * end before anything else begins, and what is being put back is waited for.
 * @returns the exit code when that was all there is to do
 */
export async function takeUp(world: World, migration: string, taking: TakingUp): Promise<number | null> {
  if (world.joined) return null;
  const { console, signal, wanted, players = NOBODY } = taking;
  const account = simulatedAccount(world.info);
  for (const execution of journeysOf(account, world.resumed)) {
    const input = await inputOf(account, execution);
    console.line(
      `Run ${runOf(execution)} of migration "${input.migration}" was under way when the simulated account ended. It goes on.`,
    );
    const code = await seeThrough(
      {
        ...taking,
        account,
        // A command stops what it is for; of another's run it only stops being the one who shows it.
        onInterrupt: input.mode === wanted ? 'stop' : 'leave',
        onTick: askPeopleOf(world.info, account, console, players),
      },
      { execution, migration: input.migration },
    );
    if (wasAll(input, { migration, wanted }, code)) return code;
    console.line();
  }
  const { holder, pointOfNoReturn } = await account.ledgers.read(migration);
  if (holder && !pointOfNoReturn) {
    console.line(`Run ${holder.run} had ended when the simulated account did, and was not put back yet.`);
    if (await untilReleased(account, console, migration, holder.run, signal)) return null;
    if (signal.aborted) return exitCodes.interrupted;
    console.line(`It still holds the migration: "npm run passage -- diagnose" says why and what to do.`);
    return exitCodes.passage;
  }
  return null;
}

/**
 * Whether a command has nothing of its own to begin any more: what went on was what it is for, or somebody stopped that,
 * or it was a cutover, after which nothing is as it was.
 */
export const wasAll = (
  run: Pick<JourneyInput, 'migration' | 'mode'>,
  { migration, wanted }: { readonly migration: string; readonly wanted: Mode | undefined },
  code: number,
): boolean =>
  code === exitCodes.interrupted || run.mode === 'cutover' || (run.mode === wanted && run.migration === migration);

/** The executions of journeys among these. */
export const journeysOf = ({ journey }: SimulatedAccount, executions: readonly string[]): string[] => {
  const prefix = `${journey.replace(':stateMachine:', ':execution:')}:`;
  return executions.filter((execution) => execution.startsWith(prefix));
};

async function inputOf({ sfn }: SimulatedAccount, executionArn: string): Promise<JourneyInput> {
  const { input = '' } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  return JourneyInput.parse(JSON.parse(input));
}
