import type { Collected } from '../../../../lib/domain/preflight/check.ts';
import { later, plan, rehearsal } from '../../../support/run-documents.ts';
import { type Cases, fine } from '../world.ts';

/** A window from so many hours to so many hours from now on. */
const window = (from: number, to: number): Partial<Collected> => ({
  configuration: { ...fine.configuration, window: { from: later(from * 3600), to: later(to * 3600) } },
});
const lasting = (high: number) => ({ lastRehearsal: rehearsal({ predictedFreezeSeconds: { low: 3000, high } }) });
const long = lasting(5000);

export const cases: Cases = {
  short: { given: {}, severity: 'INFO', says: /20.0 s to 40.0 s.*No window/ },
  'not rehearsed': { given: { lastRehearsal: null }, severity: 'INFO', says: /Could not be learned/ },
  long: { given: long, severity: 'WARNING', says: /nobody works/ },
  'fits into the window': {
    given: window(-1, 3),
    severity: 'PASS',
    says: /"go" is decided by 2026-03-01 14:57 UTC, "switch" by 2026-03-01 15:00 UTC/,
  },
  'looked at before the window': {
    given: { ...window(2, 6), plan: plan({ mode: 'preflight' }) },
    severity: 'PASS',
  },
  'a cutover before the window': { given: window(2, 6), severity: 'WARNING', says: /has not begun.*refused/ },
  'a window that is over': { given: window(-5, -1), severity: 'BLOCKER', says: /ended at 2026-03-01 11:00/ },
  'a window that is over, not rehearsed': {
    given: { ...window(-5, -1), lastRehearsal: null },
    severity: 'BLOCKER',
    says: /ended/,
  },
  'a window that is too short': {
    given: { ...window(2, 3), ...long, plan: plan({ mode: 'preflight' }) },
    severity: 'BLOCKER',
    says: /do not fit/,
  },
  'too late in the window': { given: { ...window(-3, 1), ...long }, severity: 'BLOCKER', says: /must be decided by/ },
  'the last look, just after the last moment for "go"': {
    given: {
      ...window(-3, 130 / 3600),
      configuration: { ...window(-3, 130 / 3600).configuration!, approvals: undefined },
    },
    severity: 'PASS',
  },
  'no time to decide on switch': {
    given: { ...window(-1, 2), ...long },
    severity: 'WARNING',
    says: /37 min of the window are left to decide on "switch", and not 60 min/,
  },
  'a window so far away that the rehearsal will be stale': {
    given: { ...window(400, 404), plan: plan({ mode: 'preflight' }) },
    severity: 'INFO',
    says: /stale.*Rehearse again after/,
  },
  'an hour': { given: lasting(3600), severity: 'INFO' },
  'more than an hour': { given: lasting(3601), severity: 'WARNING', says: /nobody works/ },
  'a rehearsal is told of a window that it would fit into': {
    given: { ...window(-1, 3), plan: plan({ mode: 'rehearsal' }) },
    severity: 'PASS',
  },
  'at the very beginning of the window': { given: window(0, 3), severity: 'PASS' },
  'at the very end of the window, not rehearsed': {
    given: { ...window(-5, 0), lastRehearsal: null },
    severity: 'BLOCKER',
    says: /ended/,
  },
  'just the time that deciding on switch may take': { given: { ...window(-1, 2), ...lasting(3600) }, severity: 'PASS' },
};
