import { rehearsal } from '../../../support/run-documents.ts';
import type { Cases } from '../world.ts';

export const cases: Cases = {
  short: { given: {}, severity: 'INFO', says: /20 s to 40 s/ },
  'not rehearsed': { given: { lastRehearsal: null }, severity: 'INFO', says: /Could not be learned/ },
  long: {
    given: { lastRehearsal: rehearsal({ predictedFreezeSeconds: { low: 3000, high: 5000 } }) },
    severity: 'WARNING',
    says: /nobody works/,
  },
};
