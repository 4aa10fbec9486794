import { expect, test } from '@jest/globals';
import { everyCheck } from '../../lib/domain/preflight/preflight.ts';
import { summarize } from '../../lib/domain/summary.ts';
import { parseRunbook, runbookSection } from '../../lib/pages/runbook.ts';
import { errorNames } from '../../lib/workflow/errors.ts';
import { pageOf, runbook } from '../support/report.ts';
import { failedRun } from './fixtures/runs.ts';

test('a section has its heading, and a paragraph for each thing that it says', () => {
  const text =
    '# Book\n\n## OldError\n\n**Meaning.** It is `x`\nand y.\n**Do** that:\n\n```json\n{"a":1}\n```\n\n### a-check\n\nWords.\n';
  expect(parseRunbook(text).get('olderror')).toEqual({
    title: 'OldError',
    paragraphs: ['**Meaning.** It is `x`\nand y.', '**Do** that:', '```json\n{"a":1}\n```'],
  });
  expect(parseRunbook(text).get('a-check')).toEqual({ title: 'a-check', paragraphs: ['Words.'] });
});

test('there is a section for everything that a report may refer to', () => {
  const anchors = [...errorNames.map((name) => name.toLowerCase()), ...everyCheck.map(({ id }) => id)];
  expect(anchors.filter((anchor) => !runbook.get(anchor)?.paragraphs.length)).toEqual([]);
});

test('a report holds what it refers to, and every reference leads there', () => {
  const summary = summarize(failedRun());
  const page = pageOf(summary);
  const targets = [...page.matchAll(/href="#(runbook-[^"]+)"/g)].map(([, id]) => id);
  expect(targets.length).toBeGreaterThan(0);
  for (const id of targets) expect(page).toContain(`id="${id}"`);
  expect(page).toMatch(/id="runbook-[^"]+"><h3 class="mono">[^<]+<\/h3><p><strong>Meaning\.<\/strong>/);
  expect(page).not.toContain('**');
});

test('nothing open needs no section', () => {
  expect(runbookSection({ ...summarize(failedRun()), error: null, checks: [] }, runbook)).toBeNull();
});
