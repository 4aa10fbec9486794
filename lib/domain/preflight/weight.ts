import type { Finding } from '../../workflow/documents/preflight.ts';
import type { Check, Result } from './check.ts';

/** A BLOCKER stops a cutover; a rehearsal goes on where only a cutover would be stopped, and says so. */
export function weighed(
  check: Pick<Check, 'about'>,
  { about, ...result }: Result,
  mode: 'preflight' | 'rehearsal' | 'cutover',
): Pick<Finding, 'severity' | 'saw' | 'todo' | 'stopsCutover'> {
  if (result.severity !== 'BLOCKER') return { ...result, stopsCutover: false };
  if ((about ?? check.about) !== 'cutover' || mode !== 'rehearsal') return { ...result, stopsCutover: true };
  return { ...result, severity: 'WARNING', saw: `${result.saw} This stops a cutover.`, stopsCutover: true };
}
