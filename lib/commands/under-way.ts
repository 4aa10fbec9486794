import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { keys, runOf } from '../domain/run.ts';
import type { SampleSize, World } from '../local/world/world.ts';
import { Plan } from '../workflow/documents/run.ts';
import { JourneyInput } from '../workflow/tasks/lease.ts';
import { askPeopleOf, NOBODY, type Players } from './approvers.ts';
import { exitCodes } from './command.ts';
import { untilReleased } from './put-back.ts';
import { type Journey, seeThrough } from './run-journey.ts';
import { type SimulatedAccount, simulatedAccount } from './simulated-account.ts';

/** What a command has to do with a run that somebody else's command began. */
export interface TakingUp extends Omit<Journey, 'account' | 'onTick' | 'onInterrupt' | 'takenUp'> {
  /** What the command is about to begin itself. */
  readonly wanted?: Wanted | undefined;
  readonly players?: Players;
}

/** What of a run makes it another one than was asked for, beside its migration and that one's configuration. */
export interface Wanted extends Pick<JourneyInput, 'mode' | 'keep' | 'level'> {
  /** Of the sample, where it was named. */
  readonly size?: SampleSize | undefined;
}

/** A run, or what was asked for, with all that is compared of the two. */
export interface Compared extends Wanted {
  readonly migration: string;
  /** Null where it is not known: the run ended before it had a plan. */
  readonly planDigest: string | null;
}

/**
 * After a command that was killed: its run goes on with this world, which ends with this command. So it is shown to its
 * end before anything else begins, and what is being put back is waited for.
 * @returns the exit code when that was all there is to do
 */
export async function takeUp(world: World, migration: string, taking: TakingUp): Promise<number | null> {
  const { console, signal, wanted, players = NOBODY } = taking;
  const { joined } = world;
  // Who joins only looks on; but a cutover that is under way is the one that is asked for.
  if (joined && wanted?.mode !== 'cutover') return null;
  const account = simulatedAccount(world.info);
  for (const execution of joined ? await account.runningJourneys() : journeysOf(account, world.resumed)) {
    const run = runOf(execution);
    const input = await inputOf(account, execution);
    if (joined && input.migration !== migration) continue;
    console.line(
      joined
        ? `Run ${run} of migration "${migration}" is under way in another command, "${joined.command}"; it is only shown here.`
        : `Run ${run} of migration "${input.migration}" was interrupted when the simulated account stopped; resuming it.`,
    );
    const code = await seeThrough(
      {
        ...taking,
        account,
        takenUp: true,
        // A command stops what it is for; of another's run it only stops being the one who shows it.
        onInterrupt: !joined && input.mode === wanted?.mode ? 'stop' : 'leave',
        onTick: askPeopleOf(world.info, account, console, players),
      },
      { execution, migration: input.migration },
    );
    const plan = await account.evidence.read(keys.document(run, 'plan'), Plan);
    const was = { ...input, size: world.info.size, planDigest: plan?.value.planDigest ?? null };
    const asked = wanted && { ...wanted, migration, planDigest: await account.planDigest(migration) };
    if (wasAll(was, asked, code)) {
      if (asked?.mode === was.mode && code !== exitCodes.interrupted)
        console.line(`\nThe interrupted run was what you asked for, so no other was started.`);
      return code;
    }
    console.line();
    if (was.planDigest && was.mode === asked?.mode && was.migration === migration)
      console.line('That run used another configuration or other options; starting the one you asked for.');
  }
  if (joined) return null;
  const { holder, pointOfNoReturn } = await account.ledgers.read(migration);
  if (holder && !pointOfNoReturn) {
    console.line(`Run ${holder.run} ended with the simulated account and is still being put back.`);
    if (await untilReleased(account, console, migration, holder.run, signal)) return null;
    if (signal.aborted) return exitCodes.interrupted;
    console.line(`It still holds the migration: "npm run passage -- diagnose" says why and what to do.`);
    return exitCodes.passage;
  }
  return null;
}

/**
 * Whether a command has nothing of its own to begin any more: what went on was what it is for, whole, or somebody stopped
 * that, or it was a cutover, after which nothing is as it was.
 */
export const wasAll = (run: Compared, asked: Compared | undefined, code: number): boolean =>
  code === exitCodes.interrupted ||
  run.mode === 'cutover' ||
  (asked !== undefined &&
    run.mode === asked.mode &&
    run.migration === asked.migration &&
    run.planDigest === asked.planDigest &&
    run.level === asked.level &&
    (run.keep ?? false) === (asked.keep ?? false) &&
    (asked.size ?? run.size) === run.size);

/**
 * Why a command that is for another kind of run does not start an account in which an interrupted cutover would go on:
 * nobody who asked for less takes users past the point of no return.
 */
export function refuseCutover({ name, input }: { readonly name: string; readonly input: string }): string | null {
  if (JourneyInput.safeParse(JSON.parse(input)).data?.mode !== 'cutover') return null;
  return `Cutover ${name} was interrupted, and would go on with the simulated account: once "switch" is approved, past its point of no return. "npm run passage -- diagnose" says where it stands; see it through with "npm run cutover" first, or put it back with "npm run cutover -- --reject-as <approver>".`;
}

/** The executions of journeys among these. */
export const journeysOf = ({ journey }: SimulatedAccount, executions: readonly string[]): string[] => {
  const prefix = `${journey.replace(':stateMachine:', ':execution:')}:`;
  return executions.filter((execution) => execution.startsWith(prefix));
};

/** What an execution of a journey was started with. */
export async function inputOf({ sfn }: SimulatedAccount, executionArn: string): Promise<JourneyInput> {
  const { input = '' } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  return JourneyInput.parse(JSON.parse(input));
}
