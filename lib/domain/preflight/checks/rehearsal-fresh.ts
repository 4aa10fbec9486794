import { refusalToAdmit } from '../../ledger.ts';
import { utc } from '../../quantities.ts';
import { type Check, pass, warning } from '../check.ts';

/** A warning only: admission itself refuses a cutover, with RehearsalMissing. */
export const check: Check = {
  id: 'rehearsal-fresh',
  title: 'A fresh rehearsal of this very plan was green',
  about: 'cutover',
  look({ plan, lastRehearsal, configuration, now }) {
    if (plan.mode === 'rehearsal') return null;
    const refusal = refusalToAdmit(lastRehearsal, plan, configuration.rehearsalFreshForHours, now);
    if (refusal) return warning(refusal, 'Rehearse; a cutover is refused until then.');
    return pass(`Rehearsal ${lastRehearsal!.run}, of ${utc(lastRehearsal!.finishedAt)}.`);
  },
};
