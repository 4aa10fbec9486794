import { runChecks } from '../../../lib/domain/preflight/preflight.ts';
import { problemChecks } from '../../../lib/domain/preflight/problems.ts';
import type { Problem } from '../../../lib/workflow/documents/findings.ts';
import { databases, dns, plan, source, target } from '../../support/run-documents.ts';
import { fine } from './world.ts';

const problem = (
  severity: Problem['severity'],
  where: string,
  kind: Problem['kind'] = 'secret-unreadable',
): Problem => ({
  kind,
  severity,
  what: 'It happened.',
  where,
  todo: 'Do this.',
});
const collected = (
  problems: Partial<Record<'source' | 'target' | 'dns' | 'databases', Problem[]>> = {},
  databasesOnly = false,
) => ({
  ...fine,
  plan: plan({ databasesOnly }),
  source: source({ problems: problems.source ?? [] }),
  target: target({ problems: problems.target ?? [] }),
  dns: { ...dns(), problems: problems.dns ?? [] },
  databases: { ...databases(), problems: problems.databases ?? [] },
});
const finding = (id: string, of: ReturnType<typeof collected>) => runChecks(of).find((each) => each.id === id);

test('every problem of every document becomes a finding, as grave as the gravest of its kind', () => {
  const both = collected({ source: [problem('WARNING', 'a')], target: [problem('BLOCKER', 'b')] });
  expect(finding('secret-unreadable', both)).toEqual({
    id: 'secret-unreadable',
    title: 'Every login and every value that moves can be read',
    severity: 'BLOCKER',
    stopsCutover: true,
    saw: 'It happened. (a) It happened. (b)',
    todo: 'Do this.',
    overridden: null,
    runbook: 'docs/runbook.md#secret-unreadable',
  });
  expect(finding('zone-split', collected({ dns: [problem('WARNING', 'z', 'zone-split')] }))?.severity).toBe('WARNING');
  expect(
    finding('canaries-missing', collected({ databases: [problem('INFO', 'r', 'canaries-missing')] }))?.severity,
  ).toBe('INFO');
});

test('without problems they pass; databases alone are not told of what was not looked at', () => {
  const all = (of: ReturnType<typeof collected>) =>
    problemChecks.map(({ look }) => look(of)?.severity).filter((severity) => severity !== undefined);
  expect(new Set(all(collected()))).toEqual(new Set(['PASS']));
  expect(all(collected({}, true))).toEqual([]);
});
