import { refusalToAdmit } from '../domain/ledger.ts';
import type { WorldInfo } from '../local/world/world.ts';
import { askPeopleOf, type Players, people } from './approvers.ts';
import { type Call, type Command, exitCodes, text, usage } from './command.ts';
import { DIRECTORY } from './open-world.ts';
import { showOutcome } from './outcome.ts';
import { runJourney } from './run-journey.ts';
import { sampleMigration, sizeOf, sizeOption, withSample } from './sample.ts';
import { type SimulatedAccount, simulatedAccount } from './simulated-account.ts';
import { readConfiguration } from './validate.ts';

export const cutover: Command = {
  name: 'cutover',
  summary: 'cuts the sample over for real: approvals, freeze, final copy, DNS',
  positionals: [],
  options: {
    'approve-as': {
      type: 'string',
      value: '<emails>',
      help: 'plays these approvers over HTTP, as their browsers would',
    },
    'reject-as': { type: 'string', value: '<email>', help: 'plays an approver who says no' },
    size: sizeOption,
    migration: { type: 'string', value: '<file>', help: 'only the sample can be cut over here' },
    reason: { type: 'string', value: '<text>', help: 'stands in the report and on the approval pages' },
  },
  async run(call) {
    const file = text(call, 'migration');
    if (file !== undefined && readConfiguration(file).name !== sampleMigration().name) {
      throw usage(
        'Only the sample can be cut over on this machine: servers of your own would be stopped and locked, with nothing here to switch users over. Rehearse with --migration; cut over on AWS.',
      );
    }
    const players = { approve: people(text(call, 'approve-as')), reject: people(text(call, 'reject-as')) };
    refuseStrangers([...players.approve, ...players.reject]);
    const { console, signal } = call;
    const opening = { command: 'cutover', console, size: sizeOf(call) };
    const taking = { console, signal, directory: DIRECTORY, wanted: { mode: 'cutover' }, players } as const;
    return withSample(opening, taking, (world) => cutOver(call, world, players));
  },
};

/** Who is no approver has no link, and would be waited for in vain. */
function refuseStrangers(emails: readonly string[]): void {
  const approvers = (sampleMigration().approvals?.approvers ?? []).map(({ email }) => email);
  const stranger = emails.find((email) => !approvers.includes(email));
  if (stranger) throw usage(`${stranger} is not an approver of the sample. Its approvers are ${approvers.join(', ')}.`);
}

async function cutOver(call: Call, world: WorldInfo, players: Players): Promise<number> {
  const { console, signal } = call;
  const account = simulatedAccount(world);
  const journey = { account, console, signal, directory: DIRECTORY };
  const reason = text(call, 'reason') ?? 'npm run cutover';
  const migration = sampleMigration().name;
  if (!(await isRehearsed(account, migration))) {
    console.line('There is no recent rehearsal of this plan; rehearsing first.');
    const code = await runJourney(journey, { migration, mode: 'rehearsal', reason: 'before a cutover' });
    if (code !== exitCodes.ok) return code;
    console.line();
  }
  const code = await runJourney(
    { ...journey, onTick: askPeopleOf(world, account, console, players) },
    { migration, mode: 'cutover', reason },
  );
  if (code !== exitCodes.ok && code !== exitCodes.decision) return code;
  const fine = await showOutcome(world, sampleMigration(), console, signal);
  if (signal.aborted) return exitCodes.interrupted;
  return code === exitCodes.ok && !fine ? exitCodes.target : code;
}

/** What the machine will say at its admission; asked beforehand, to rehearse instead of being refused. */
async function isRehearsed(account: SimulatedAccount, migration: string): Promise<boolean> {
  const { lastRehearsal } = await account.ledgers.read(migration);
  if (!lastRehearsal) return false;
  const planDigest = await account.planDigest(migration);
  return refusalToAdmit(lastRehearsal, { planDigest }, sampleMigration().rehearsalFreshForHours, Date.now()) === null;
}
