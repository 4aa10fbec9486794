import { type Cases, withApprovals } from '../world.ts';

export const cases: Cases = {
  'one to spare': { given: {}, severity: 'PASS', says: /2 of 3/ },
  'all are needed': { given: withApprovals({ required: 3 }), severity: 'WARNING', says: /too few are left/ },
};
