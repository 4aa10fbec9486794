import { rehearsal } from '../../../support/run-documents.ts';
import type { Cases } from '../world.ts';

export const cases: Cases = {
  'green and fresh': { given: {}, severity: 'PASS', says: /monday/ },
  none: { given: { lastRehearsal: null }, severity: 'WARNING', says: /no green rehearsal/ },
  'of another plan': {
    given: { lastRehearsal: rehearsal({ planDigest: 'other' }) },
    severity: 'WARNING',
    says: /another plan/,
  },
};
