import { explain } from '../domain/diagnosis.ts';
import { gather } from './circumstances.ts';
import { type Command, exitCodes } from './command.ts';
import { fetchMissingReports } from './fetch-report.ts';
import { DIRECTORY, openWorld, withWorld } from './open-world.ts';
import { sampleMigration } from './sample.ts';
import { simulatedAccount } from './simulated-account.ts';

export const diagnose: Command = {
  name: 'diagnose',
  summary:
    'says in plain words how things stand: ledger, executions, databases, ECS, Kubernetes, DNS; and what to do. Only looks: what was interrupted does not go on',
  positionals: [],
  options: {},
  async run({ console }) {
    // Somebody who looks must not carry an interrupted cutover past its point of no return.
    const opening = { command: 'diagnose', console, paused: true };
    const opened = await openWorld(opening);
    return withWorld(
      opening,
      async (world) => {
        const circumstances = await gather(world, sampleMigration(), { paused: opened.joined === undefined });
        await fetchMissingReports(simulatedAccount(world), DIRECTORY);
        const { lines, verdict } = explain(circumstances);
        const widest = Math.max(...lines.map(({ about }) => about.length));
        for (const { about, says } of lines) console.line(`${about.padEnd(widest)}  ${says}`);
        console.line();
        console.line(verdict);
        return exitCodes.ok;
      },
      opened,
    );
  },
};
