import type { Finding } from '../../workflow/documents/preflight.ts';
import type { Check, Collected } from './check.ts';
import { checks } from './checks.ts';
import { problemChecks } from './problems.ts';
import { weighed } from './weight.ts';

/** Every check there is. */
export const everyCheck: readonly Check[] = [...checks, ...problemChecks];

/** What each check that concerns this plan found. */
export function runChecks(collected: Collected): Finding[] {
  const { plan, configuration } = collected;
  const reasons = new Map<string, string>(
    configuration.preflight.overrides.map(({ check, reason }) => [check, reason]),
  );
  return everyCheck.flatMap((check) => {
    if (plan.databasesOnly && check.about !== 'copy') return [];
    const result = check.look(collected);
    if (!result) return [];
    const { id, title } = check;
    const overridden = result.severity === 'WARNING' ? (reasons.get(id) ?? null) : null;
    return [{ id, title, ...weighed(check, result, plan.mode), overridden, runbook: `docs/runbook.md#${id}` }];
  });
}

/** The blockers in one sentence each, for the error that stops the run. */
export const blockers = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ severity }) => severity === 'BLOCKER')
    .map(({ id, saw, todo }) => `${id}: ${saw}${todo ? ` ${todo}` : ''}`);

/** Warnings that nobody has answered for. */
export const openWarnings = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ severity, overridden }) => severity === 'WARNING' && overridden === null);
