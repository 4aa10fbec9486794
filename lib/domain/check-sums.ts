import type { Summary } from '../workflow/summary.ts';
import { count } from './quantities.ts';

const severities = ['BLOCKER', 'WARNING', 'INFO', 'PASS'] as const;

/**
 * `4 WARNING (1 overridden)`: the checks by severity, the gravest first, each with those of it that are overridden.
 * @param none whether a severity that no check has is told too
 */
export const checkSums = (
  checks: readonly Pick<Summary['checks'][number], 'severity' | 'overridden'>[],
  { none = false } = {},
): string[] =>
  severities.flatMap((severity) => {
    const found = checks.filter((check) => check.severity === severity);
    if (found.length === 0 && !none) return [];
    const overridden = found.filter((check) => check.overridden !== null).length;
    return [`${count(found.length)} ${severity}${overridden > 0 ? ` (${count(overridden)} overridden)` : ''}`];
  });
