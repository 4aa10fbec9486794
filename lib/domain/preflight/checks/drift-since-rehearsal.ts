import type { Change } from '../../../workflow/documents/measurement.ts';
import { several } from '../../quantities.ts';
import { blocker, type Check, info, pass, type Result, warning } from '../check.ts';

const told = (changes: readonly Change[]): string =>
  several(changes.map(({ what, was, is }) => `${what}: ${was} → ${is}`));

/** A rehearsal is itself the remedy, so there it is only told. */
export const check: Check = {
  id: 'drift-since-rehearsal',
  title: 'Both sides are as they were rehearsed',
  about: 'cutover',
  look({ plan, drift }) {
    if (drift === null) return null;
    const { since, changes, notCompared } = drift;
    const stops = changes.filter((change) => change.stops);
    const matters = changes.filter((change) => change.matters);
    const after = `Since rehearsal ${since.run}`;
    const todo = 'Rehearse again: what was proved and timed is no longer what would be moved.';
    const result = (): Result => {
      if (stops.length > 0) return blocker(`${after}, ${told(stops)}.${more(matters.length - stops.length)}`, todo);
      if (matters.length > 0) return warning(`${after}, ${told(matters)}.`, todo);
      if (notCompared.length > 0) {
        const of = `Could not be compared with rehearsal ${since.run}: ${notCompared.join(', ')}.`;
        return info(`${of} Another version of Passage wrote it, or it is gone.`, 'Rehearse again.');
      }
      if (changes.length > 0) return pass(`${after}, nothing that matters: ${told(changes)}.`);
      return pass(`Nothing changed since rehearsal ${since.run}.`);
    };
    const found = result();
    return plan.mode === 'rehearsal' && found.severity !== 'PASS' ? info(found.saw) : found;
  },
};

const more = (count: number): string =>
  count > 0 ? ` ${count === 1 ? '1 more change matters' : `${count} more changes matter`}, too.` : '';
