import { existsSync } from 'node:fs';
import { readPack } from '../local/recordings/pack.ts';
import { type Played, play } from '../local/recordings/play.ts';
import { report } from '../local/recordings/report.ts';
import { type Command, exitCodes, usage } from './command.ts';

export const recordings: Command = {
  name: 'recordings',
  summary:
    'plays executions that were recorded on AWS (<name>.execution.json, <name>.machine.json, <name>.history.json) here',
  positionals: ['<folder>'],
  options: {},
  async run({ positionals: [folder = ''], console, signal }) {
    if (!existsSync(folder)) throw usage(`There is no folder ${folder}.`);
    const played: Played[] = [];
    for (const entry of entriesOf(folder)) {
      if (signal.aborted) return exitCodes.interrupted;
      console.live(entry.row.name);
      played.push(await play(entry));
    }
    for (const line of report(played)) console.line(line);
    return played.some(({ verdict }) => verdict === 'failed') ? exitCodes.differ : exitCodes.ok;
  },
};

function entriesOf(folder: string) {
  try {
    return readPack(folder);
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}
