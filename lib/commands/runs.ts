import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytes, duration, utc } from '../domain/quantities.ts';
import { markOf } from '../domain/readiness.ts';
import { runsUnderWay } from '../local/world/deployment.ts';
import { Summary } from '../workflow/summary.ts';
import { type Command, exitCodes } from './command.ts';
import { DIRECTORY } from './open-world.ts';

export const reportFolder = (run = ''): string => join(DIRECTORY, 'runs', run);

/** What ended runs left on this machine. */
export interface Saved {
  /** The newest first; those of another version of Passage are left out. */
  readonly summaries: readonly Summary[];
  /** Runs whose summary was cut off or damaged, with the sentence that says so. */
  readonly unreadable: ReadonlyMap<string, string>;
}

export function savedSummaries(): Saved {
  const summaries: Summary[] = [];
  const unreadable = new Map<string, string>();
  for (const run of existsSync(reportFolder()) ? readdirSync(reportFolder()) : []) {
    const file = join(reportFolder(run), 'summary.json');
    if (!existsSync(file)) continue;
    try {
      const summary = Summary.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
      if (summary) summaries.push(summary);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      unreadable.set(
        run,
        `its summary.json cannot be read (${why}). The next rehearsal or "npm run passage -- diagnose" fetches it again if the simulated account still has this run.`,
      );
    }
  }
  return { summaries: summaries.sort((a, b) => b.startedAt.localeCompare(a.startedAt)), unreadable };
}

export const runs: Command = {
  name: 'runs',
  summary: 'lists the runs on this machine, the newest first',
  positionals: [],
  options: { json: { type: 'boolean', help: 'as a JSON array of summaries (docs/schemas/summary.schema.json)' } },
  async run({ options, console }) {
    const { summaries, unreadable } = savedSummaries();
    if (options.json === true) {
      for (const [run, why] of unreadable) process.stderr.write(`${run}  ${why}\n`);
      console.line(JSON.stringify(summaries, null, 2));
      return exitCodes.ok;
    }
    const underWay = runsUnderWay(DIRECTORY);
    for (const run of underWay) {
      console.line(
        `${run}  has not ended; if its command was killed, it stands still, and "npm run passage -- diagnose" says where`,
      );
    }
    if (summaries.length + unreadable.size + underWay.length === 0)
      console.line('No run yet. "npm run rehearse" makes the first.');
    const widest = Math.max(...[...summaries.map(({ run }) => run), ...unreadable.keys()].map(({ length }) => length));
    for (const summary of summaries) {
      const { run, migration, verdict, startedAt, seconds, totals } = summary;
      const copied = totals ? `, ${bytes(totals.bytes)} copied` : '';
      console.line(
        `${run.padEnd(widest)}  ${migration}  ${markOf(summary)}: ${verdict}, ${utc(startedAt)}, ${duration(seconds)}${copied}`,
      );
    }
    for (const [run, why] of unreadable) console.line(`${run.padEnd(widest)}  ${why}`);
    return exitCodes.ok;
  },
};
