import type { Finding } from '../../workflow/documents/preflight.ts';
import type { Check, Result } from './check.ts';

const STOPS = 'This stops a cutover.';

/** A rehearsal goes on where only a cutover would be stopped. */
export function weighed(check: Check, result: Result, mode: 'preflight' | 'rehearsal' | 'cutover'): Result {
  if (result.severity !== 'BLOCKER' || check.about !== 'cutover' || mode !== 'rehearsal') return result;
  return { ...result, severity: 'WARNING', saw: `${result.saw} ${STOPS}` };
}

/** Whether a rehearsal's warning would stop a cutover. */
export const stopsCutover = ({ severity, saw }: Pick<Finding, 'severity' | 'saw'>): boolean =>
  severity === 'WARNING' && saw.endsWith(STOPS);
