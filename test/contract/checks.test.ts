import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CLIENT_MAJOR } from '../../lib/domain/preflight/checks/client-tools.ts';
import { everyCheck } from '../../lib/domain/preflight/preflight.ts';
import { parseRunbook } from '../../lib/pages/runbook.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const cwd = fileURLToPath(new URL('../../', import.meta.url));

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

test('what leads into the runbook leads to a section of it', () => {
  const anchors = new Set(parseRunbook(read('docs/runbook.md')).keys());
  const astray = globSync(['*.md', '{docs,statemachines,lib,lambdas}/**/*.{md,ts,sql}'], { cwd }).flatMap((file) =>
    [...read(file).matchAll(/runbook\.md#([a-z0-9_-]+)/g)]
      .filter(([, anchor = '']) => !anchors.has(anchor))
      .map(([reference]) => `${file}: ${reference}`),
  );
  expect(anchors).toContain('going-back-after-the-point-of-no-return-by-hand');
  expect(astray).toEqual([]);
});

test("the check of client programs knows the worker image's version", () => {
  expect(read('lib/copier/Dockerfile')).toContain(`postgresql-client-${CLIENT_MAJOR} `);
});
