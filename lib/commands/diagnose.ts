import { type Command, exitCodes } from './command.ts';
import { withWorld } from './open-world.ts';
import { simulatedAccount } from './simulated-account.ts';
export const diagnose: Command = {
  name: 'diagnose',
  summary: 'says in plain words how things stand and what to do',
  positionals: [],
  options: {},
  run: ({ console }) =>
    withWorld({ command: 'diagnose', console }, async (world) => {
      const ledger = await simulatedAccount(world).ledgers.read('acme-retool');
      console.line(JSON.stringify(ledger, null, 2));
      return exitCodes.ok;
    }),
};
