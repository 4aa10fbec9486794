import type { Finding } from '../../workflow/documents/preflight.ts';
import type { Check, Learned, Result } from './check.ts';
import { checks } from './checks.ts';
import { problemChecks } from './problems.ts';
import { weighed } from './weight.ts';

/** Every check there is. */
export const everyCheck: readonly Check[] = [...checks, ...problemChecks];

/** What each check that concerns this plan, and has what it needs, found. */
export function runChecks(collected: Learned): Finding[] {
  const { plan, configuration } = collected;
  const reasons = new Map<string, string>(
    configuration.preflight.overrides.map(({ check, reason }) => [check, reason]),
  );
  return everyCheck.flatMap((check) => {
    if (plan.databasesOnly && check.about !== 'copy') return [];
    const result = lookWith(check, collected);
    if (!result) return [];
    const { id, title } = check;
    const overridden = result.severity === 'WARNING' ? (reasons.get(id) ?? null) : null;
    return [{ id, title, ...weighed(check, result, plan.mode), overridden, runbook: `docs/runbook.md#${id}` }];
  });
}

function lookWith(check: Check, collected: Learned): Result | null {
  const { target, databases, plan } = collected;
  if (check.needsTarget && target.namespace === null && !plan.databasesOnly) return null;
  if (!check.needsDatabases) return check.look(collected);
  return databases && check.look({ ...collected, databases });
}

/** The blockers in one sentence each, for the error that stops the run. */
export const blockers = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ severity }) => severity === 'BLOCKER')
    .map(({ id, saw, todo }) => `${id}: ${saw}${todo ? ` ${todo}` : ''}`);

/** Warnings that nobody has answered for. */
export const openWarnings = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ severity, overridden }) => severity === 'WARNING' && overridden === null);
