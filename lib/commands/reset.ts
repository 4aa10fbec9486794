import { resetWorld } from '../local/world/world.ts';
import { type Command, exitCodes, usage } from './command.ts';
import { DIRECTORY } from './open-world.ts';

export const reset: Command = {
  name: 'reset',
  summary: 'forgets the simulated account, its databases and all runs of this checkout',
  positionals: [],
  options: {},
  async run({ console }) {
    try {
      resetWorld(DIRECTORY);
    } catch (error) {
      throw usage(error instanceof Error ? error.message : String(error));
    }
    console.line('The simulated account, its databases and all runs are gone.');
    return exitCodes.ok;
  },
};
