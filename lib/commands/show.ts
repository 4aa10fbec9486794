import { join } from 'node:path';
import { shortText } from '../pages/short-text.ts';
import { summaryText } from '../pages/terminal.ts';
import { type Command, exitCodes, usage } from './command.ts';
import { reportFolder, savedSummaries } from './runs.ts';

export const show: Command = {
  name: 'show',
  summary: 'shows one run: verdict, figures, what to do next, and where its report is',
  positionals: ['<run>'],
  options: { text: { type: 'boolean', help: 'a few lines for mail and chat' } },
  async run({ positionals: [run = ''], options, console }) {
    const { summaries, unreadable } = savedSummaries();
    const why = unreadable.get(run);
    if (why !== undefined) {
      console.line(`${run}: ${why}`);
      return exitCodes.passage;
    }
    const summary = summaries.find((candidate) => candidate.run === run);
    if (!summary) throw usage(`There is no run "${run}" on this machine. "npm run passage -- runs" lists them.`);
    const report = join(reportFolder(run), 'report.html');
    if (options.text === true) {
      console.line(shortText(summary, report).trimEnd());
      return exitCodes.ok;
    }
    console.line(summaryText(summary, console.columns).trimEnd());
    console.line();
    console.line(`Report: ${report}`);
    return exitCodes.ok;
  },
};
