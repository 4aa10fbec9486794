import { existsSync, readFileSync } from 'node:fs';

/** In the source tree `docs/runbook.md`; in a bundle beside the entry, or beside the folder of its chunks. */
const places = ['../../docs/runbook.md', './runbook.md', '../runbook.md'].map((path) => new URL(path, import.meta.url));

/** The text of docs/runbook.md. */
export function runbookText(): string {
  const file = places.find((candidate) => existsSync(candidate));
  if (!file) throw new Error('docs/runbook.md is missing: a bundle must carry it as runbook.md.');
  return readFileSync(file, 'utf8');
}
