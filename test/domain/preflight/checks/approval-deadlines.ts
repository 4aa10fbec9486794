import { type Cases, withApprovals } from '../world.ts';

export const cases: Cases = {
  enough: { given: {}, severity: 'PASS', says: /"go" within 2 h/ },
  'a long freeze': {
    given: withApprovals({ minutesToDecide: { go: 60, switch: 300 } }),
    severity: 'INFO',
    says: /frozen while/,
  },
  short: { given: withApprovals({ minutesToDecide: { go: 5, switch: 60 } }), severity: 'WARNING', says: /15 minutes/ },
};
