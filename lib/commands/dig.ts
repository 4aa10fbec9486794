import { ask } from '../adapters/resolver.ts';
import { type Command, exitCodes } from './command.ts';
import { withWorld } from './open-world.ts';

export const dig: Command = {
  name: 'dig',
  summary: "asks the simulated account's DNS server for a name",
  positionals: ['<name>'],
  options: {},
  run: ({ positionals: [name = ''], console }) =>
    withWorld({ command: `dig ${name}`, console }, async (world) => {
      const [answer] = await ask([world.dns.server], name);
      console.line(`${name} → ${answer?.answer.join(', ') || 'no such name'}  (asked ${world.dns.server})`);
      return exitCodes.ok;
    }),
};
