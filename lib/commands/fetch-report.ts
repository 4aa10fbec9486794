import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keys } from '../domain/run.ts';
import { shortText } from '../pages/short-text.ts';
import { Summary } from '../workflow/summary.ts';
import type { SimulatedAccount } from './simulated-account.ts';

const folderOf = (directory: string, run: string): string => join(directory, 'runs', run);

/**
 * Brings the report of a run, its data and its files for people, beside each other, to `.passage/runs/<run>/`; null while
 * there is none. The report itself comes last: where it stands, all of it does.
 */
export async function fetchReport(account: SimulatedAccount, directory: string, run: string) {
  const summary = await account.evidence.read(keys.document(run, 'summary'), Summary);
  const page = await account.evidence.text(keys.report(run));
  if (!summary || page === null) return null;
  const folder = folderOf(directory, run);
  const path = join(folder, 'report.html');
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, 'summary.json'), `${summary.text}\n`);
  writeWhole(join(folder, 'report.txt'), shortText(summary.value, path));
  for (const { name, key } of summary.value.files) {
    const text = await account.evidence.text(key);
    if (text === null) continue;
    mkdirSync(join(folder, 'files'), { recursive: true });
    writeWhole(join(folder, 'files', name), text);
  }
  writeWhole(path, page);
  return { summary: summary.value, path };
}

/** Whoever reads the file, and whoever is killed while it is written, has all of it or none. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.next`, text);
  renameSync(`${path}.next`, path);
}

/** Brings what is missing: a run whose command was killed got its report from the unwind that followed. */
export async function fetchMissingReports(account: SimulatedAccount, directory: string): Promise<void> {
  for (const key of await account.evidence.keys('runs/')) {
    const run = /^runs\/([^/]+)\/report\.html$/.exec(key)?.[1];
    if (run && !isWhole(folderOf(directory, run))) await fetchReport(account, directory, run);
  }
}

function isWhole(folder: string): boolean {
  if (!['report.html', 'report.txt', 'summary.json'].every((name) => existsSync(join(folder, name)))) return false;
  try {
    JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    return true;
  } catch {
    return false;
  }
}
