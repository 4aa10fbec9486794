import { type Command, exitCodes } from './command.ts';
import { withWorld } from './open-world.ts';
import { sampleMigration } from './sample.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'keeps the simulated account up until Ctrl-C, for other commands and SDK clients',
  positionals: [],
  options: {},
  run: ({ console, signal }) =>
    withWorld({ command: 'serve', console }, async (world) => {
      const name = sampleMigration().dns?.record ?? '';
      console.line('The simulated account is up. Ctrl-C ends it; what it remembers stays.');
      console.line(`  AWS_ENDPOINT_URL=${world.url}  AWS_REGION=${world.region}`);
      console.line(
        `  ${name}: ask 127.0.0.1 for it with "npm run passage -- dig ${name}" (DNS at ${world.dns.server})`,
      );
      for (const [hostname, port] of Object.entries(world.loadBalancers))
        console.line(`  ${hostname}: http://127.0.0.1:${port}`);
      console.line(`  Approval pages: ${world.approvalUrl}`);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return exitCodes.ok;
    }),
};
