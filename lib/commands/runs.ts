import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytes, duration, utc } from '../domain/quantities.ts';
import { runsUnderWay } from '../local/world/deployment.ts';
import { Summary } from '../workflow/summary.ts';
import { type Command, exitCodes } from './command.ts';
import { DIRECTORY } from './open-world.ts';

export const reportFolder = (run = ''): string => join(DIRECTORY, 'runs', run);

/** The summaries of the runs that ended on this machine, the newest first; those of another version of Passage are left out. */
export function savedSummaries(): Summary[] {
  if (!existsSync(reportFolder())) return [];
  return readdirSync(reportFolder())
    .map((run) => join(reportFolder(run), 'summary.json'))
    .filter((file) => existsSync(file))
    .flatMap((file) => Summary.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? [])
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

export const runs: Command = {
  name: 'runs',
  summary: 'lists the runs on this machine, the newest first',
  positionals: [],
  options: { json: { type: 'boolean', help: 'as a JSON array of summaries (docs/schemas/summary.schema.json)' } },
  async run({ options, console }) {
    const summaries = savedSummaries();
    if (options.json === true) {
      console.line(JSON.stringify(summaries, null, 2));
      return exitCodes.ok;
    }
    const underWay = runsUnderWay(DIRECTORY);
    for (const run of underWay) {
      console.line(`${run}  under way; where its command was killed, "npm run passage -- diagnose" goes on with it`);
    }
    if (summaries.length === 0 && underWay.length === 0)
      console.line('No run yet. "npm run rehearse" makes the first.');
    const widest = Math.max(...summaries.map(({ run }) => run.length));
    for (const { run, migration, verdict, startedAt, seconds, totals } of summaries) {
      const copied = totals ? `, ${bytes(totals.bytes)} copied` : '';
      console.line(`${run.padEnd(widest)}  ${migration}  ${verdict}, ${utc(startedAt)}, ${duration(seconds)}${copied}`);
    }
    return exitCodes.ok;
  },
};
