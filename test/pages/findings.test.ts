import { summarize } from '../../lib/domain/summary.ts';
import { findingsText } from '../../lib/pages/findings.ts';
import type { Preflight } from '../../lib/workflow/documents/preflight.ts';
import { rehearsalRun } from './fixtures/runs.ts';

type Finding = Preflight['findings'][number];
const finding = (severity: Finding['severity'], more: Partial<Finding> = {}): Finding => ({
  id: `a-${severity.toLowerCase()}`,
  title: 'What should be so',
  severity,
  stopsCutover: severity === 'BLOCKER',
  saw: 'What is so.',
  todo: 'what to do',
  overridden: null,
  runbook: `docs/runbook.md#a-${severity.toLowerCase()}`,
  ...more,
});
const text = (findings: Finding[], width = 100, all = false) =>
  findingsText(summarize(rehearsalRun({ preflight: { at: '2026-11-21T20:14:03.120Z', findings } })), width, { all });

test('the gravest stands last, with what was seen, what to do and its section; the sum ends it', () => {
  const lines = text([finding('BLOCKER'), finding('PASS', { todo: null }), finding('WARNING')], 100, true).split('\n');
  expect(lines.filter((line) => /^[A-Z]+$/.test(line))).toEqual(['PASS', 'WARNING', 'BLOCKER']);
  expect(lines.slice(lines.indexOf('BLOCKER'))).toEqual([
    'BLOCKER',
    '  Wanted: What should be so (a-blocker)',
    '    What is so.',
    '    Do: what to do',
    '    docs/runbook.md#a-blocker',
    '',
    '1 BLOCKER, 1 WARNING, 0 INFO, 1 PASS.',
  ]);
});

test('what passed is a number unless all is asked for', () => {
  const lines = text([finding('PASS', { todo: null }), finding('WARNING')]).split('\n');
  expect(lines.filter((line) => /^[A-Z]+$/.test(line))).toEqual(['WARNING']);
  expect(lines.at(-1)).toBe('0 BLOCKER, 1 WARNING, 0 INFO, 1 PASS. --all lists what passed.');
});

test('an overridden warning bears its reason instead of what to do', () => {
  const shown = text([finding('WARNING', { overridden: 'the vendor said so' })]);
  expect(shown).toContain('    Overridden: the vendor said so');
  expect(shown).not.toContain('Do:');
  expect(shown).toMatch(/1 WARNING \(1 overridden\), 0 INFO, 0 PASS\.$/);
});

test('it keeps to the width and steers no terminal', () => {
  const shown = text([finding('INFO', { saw: `${'word '.repeat(80)}\u001b[2J.` })], 60);
  expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(shown).not.toContain('\u001b');
});
