import { readFileSync } from 'node:fs';
import { CLIENT_MAJOR } from '../../lib/domain/preflight/checks/client-tools.ts';
import { everyCheck } from '../../lib/domain/preflight/preflight.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the runbook has a section for every preflight check, and for none that is not', () => {
  const [, chapter = ''] = read('docs/runbook.md').split('\n# Preflight checks\n');
  const headings = [...chapter.matchAll(/^### (.+)$/gm)].map(([, id]) => id);
  expect(headings.sort()).toEqual(everyCheck.map(({ id }) => id as string).sort());
});

test('every section of a check says what it means, where to look and what to do', () => {
  const [, chapter = ''] = read('docs/runbook.md').split('\n# Preflight checks\n');
  const incomplete = chapter
    .split(/^### /m)
    .slice(1)
    .filter((section) => !/\*\*Meaning\.\*\*[\s\S]*\*\*Look at\*\*[\s\S]*\*\*Do\*\*/.test(section))
    .map((section) => section.split('\n')[0]);
  expect(incomplete).toEqual([]);
});

test("the check of client programs knows the worker image's version", () => {
  expect(read('lib/copier/Dockerfile')).toContain(`postgresql-client-${CLIENT_MAJOR} `);
});
