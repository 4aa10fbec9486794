import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keys } from '../domain/run.ts';
import { shortText } from '../pages/short-text.ts';
import { Summary } from '../workflow/summary.ts';
import type { SimulatedAccount } from './simulated-account.ts';

const folderOf = (directory: string, run: string): string => join(directory, 'runs', run);

/** Brings the report of a run, its data and its files for people, beside each other, to `.passage/runs/<run>/`; null while there is none. */
export async function fetchReport(account: SimulatedAccount, directory: string, run: string) {
  const summary = await account.evidence.read(keys.document(run, 'summary'), Summary);
  const page = await account.evidence.text(keys.report(run));
  if (!summary || page === null) return null;
  const folder = folderOf(directory, run);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'summary.json'), `${summary.text}\n`);
  const path = join(folder, 'report.html');
  writeFileSync(path, page);
  writeFileSync(join(folder, 'report.txt'), shortText(summary.value, path));
  for (const { name, key } of summary.value.files) {
    const text = await account.evidence.text(key);
    if (text === null) continue;
    mkdirSync(join(folder, 'files'), { recursive: true });
    writeFileSync(join(folder, 'files', name), text);
  }
  return { summary: summary.value, path };
}

/** Brings what is missing: a run whose command was killed got its report from the unwind that followed. */
export async function fetchMissingReports(account: SimulatedAccount, directory: string): Promise<void> {
  for (const key of await account.evidence.keys('runs/')) {
    const run = /^runs\/([^/]+)\/report\.html$/.exec(key)?.[1];
    if (run && !existsSync(join(folderOf(directory, run), 'report.html'))) await fetchReport(account, directory, run);
  }
}
