import { ask } from '../adapters/resolver.ts';
import { withNameServer } from '../local/world/name-server.ts';
import { type Command, exitCodes } from './command.ts';
import { DIRECTORY } from './open-world.ts';

export const dig: Command = {
  name: 'dig',
  summary: "asks the simulated account's DNS server for a name",
  positionals: ['<name>'],
  options: {},
  run: ({ positionals: [name = ''], console }) =>
    withNameServer(DIRECTORY, `passage dig ${name}`, async (server) => {
      const [answer] = await ask([server], name);
      console.line(`${name} → ${answer?.answer.join(', ') || 'no such name'}  (asked ${server})`);
      return exitCodes.ok;
    }),
};
