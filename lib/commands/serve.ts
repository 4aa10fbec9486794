import { runOf } from '../domain/run.ts';
import { askPeopleOf, NOBODY } from './approvers.ts';
import { invitation, writeClientAccess } from './client-access.ts';
import { type Command, exitCodes } from './command.ts';
import { DIRECTORY, openWorld, withWorld } from './open-world.ts';
import { seeThrough } from './run-journey.ts';
import { sampleMigration } from './sample.ts';
import { simulatedAccount } from './simulated-account.ts';
import { inputOf, journeysOf } from './under-way.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'keeps the simulated account up until Ctrl-C, for other commands, the AWS CLI, kubectl and SDK clients',
  positionals: [],
  options: {},
  async run({ console, signal }) {
    const opening = { command: 'serve', console };
    const opened = await openWorld(opening);
    return withWorld(
      opening,
      async (world) => {
        const name = sampleMigration().dns?.record ?? '';
        console.line('The simulated account is up. Ctrl-C stops it; its state is kept.');
        console.line(`  AWS_ENDPOINT_URL=${world.url}  AWS_REGION=${world.region}`);
        console.line(`  ${name}: look it up with "npm run passage -- dig ${name}" (DNS at ${world.dns.server})`);
        for (const [hostname, port] of Object.entries(world.loadBalancers))
          console.line(`  ${hostname}: http://127.0.0.1:${port}`);
        console.line(`  Approval pages: ${world.approvalUrl}`);
        const account = simulatedAccount(world);
        const access = writeClientAccess(world.paths.directory, world);
        try {
          for (const line of invitation(access, account.journey, Object.keys(world.clusters))) console.line(line);
          for (const execution of journeysOf(account, opened.resumed)) {
            console.line(`Run ${runOf(execution)} was interrupted when the simulated account stopped; resuming it.`);
            const { migration } = await inputOf(account, execution);
            const onTick = askPeopleOf(world, account, console, NOBODY);
            await seeThrough(
              { account, console, signal, directory: DIRECTORY, onInterrupt: 'leave', takenUp: true, onTick },
              { execution, migration },
            );
          }
          if (!signal.aborted)
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          return exitCodes.ok;
        } finally {
          access.remove();
        }
      },
      opened,
    );
  },
};
