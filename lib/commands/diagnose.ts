import { explain } from '../domain/diagnosis.ts';
import { gather } from './circumstances.ts';
import { type Command, exitCodes } from './command.ts';
import { fetchMissingReports } from './fetch-report.ts';
import { DIRECTORY, openWorld, withWorld } from './open-world.ts';
import { sampleMigration } from './sample.ts';
import { simulatedAccount } from './simulated-account.ts';
import { takeUp } from './under-way.ts';

export const diagnose: Command = {
  name: 'diagnose',
  summary: 'says in plain words how things stand: ledger, executions, databases, ECS, Kubernetes, DNS; and what to do',
  positionals: [],
  options: {},
  async run({ console, signal }) {
    const opening = { command: 'diagnose', console };
    const opened = await openWorld(opening);
    return withWorld(
      opening,
      async (world) => {
        const migration = sampleMigration();
        const code = await takeUp(opened, migration.name, { console, signal, directory: DIRECTORY });
        if (code === exitCodes.interrupted) return code;
        const circumstances = await gather(world, migration);
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
