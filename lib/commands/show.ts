import { join } from 'node:path';
import { summaryText } from '../pages/terminal.ts';
import { type Command, exitCodes, usage } from './command.ts';
import { reportFolder, savedSummaries } from './runs.ts';

export const show: Command = {
  name: 'show',
  summary: 'shows one run: verdict, figures, what to do next, and where its report is',
  positionals: ['<run>'],
  options: {},
  async run({ positionals: [run = ''], console }) {
    const summary = savedSummaries().find((candidate) => candidate.run === run);
    if (!summary) throw usage(`There is no run "${run}" on this machine. "passage runs" lists them.`);
    console.line(summaryText(summary, console.columns));
    console.line();
    console.line(`Report: ${join(reportFolder(run), 'report.html')}`);
    return exitCodes.ok;
  },
};
