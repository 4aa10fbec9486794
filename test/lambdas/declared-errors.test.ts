import { readFileSync } from 'node:fs';
import type { ErrorName } from '../../lib/workflow/errors.ts';
import { folderOf, lambdaNames, tasks } from '../../lib/workflow/registry.ts';

/** What a handler may meet by using something, by the words with which it uses it. */
const met: readonly (readonly [RegExp, ErrorName])[] = [
  [/\bledgers\.effect\(/, 'EffectInFlight'],
  [/\bledgers\.(held|changeHeld|effect)\(|\bevidence\.configuration\(/, 'LeaseLost'],
  [/\b(loginAt|fencedSource|knownCredentials)\(|\bsecrets\.(text|login|write|arnOf)\(/, 'SecretUnavailable'],
  [/(?<!\.)\b(fence|previewFence|unfence|prove|proveFence|seal)\(/, 'SourceUnreachable'],
  [/\b(prepare|dropScratch|emptyTarget)\(/, 'TargetUnreachable'],
  [/\b(documents|evidence|ledgers|executions|dns|ecs|staging|approvals|app)\.\w+\(/, 'ServiceUnavailable'],
];

test.each(lambdaNames)('%s declares what its handler throws, and what it meets', (name) => {
  const text = readFileSync(new URL(`../../lambdas/${folderOf(name)}/handler.ts`, import.meta.url), 'utf8');
  const [body = ''] = text.split('export const handler');
  const thrown = [...body.matchAll(/new WorkflowError\(\s*'(\w+)'/g)].map(([, error]) => error ?? '');
  const expected = [...thrown, ...met.filter(([words]) => words.test(body)).map(([, error]) => error)];
  // The first two are every task's, as the registry says.
  const declared: readonly string[] = ['InvalidInput', 'InvalidOutput', ...tasks[name].throws];
  expect([...new Set(expected)].filter((error) => !declared.includes(error))).toEqual([]);
});
