import { type Cases, withApprovals } from '../world.ts';

export const cases: Cases = {
  enough: { given: {}, severity: 'PASS', says: /"go" within 2 h/ },
  'a long freeze': {
    given: withApprovals({ minutesToDecide: { go: 60, switch: 300 } }),
    severity: 'INFO',
    says: /frozen while/,
  },
  short: { given: withApprovals({ minutesToDecide: { go: 5, switch: 60 } }), severity: 'WARNING', says: /15 minutes/ },
  'just enough': { given: withApprovals({ minutesToDecide: { go: 15, switch: 15 } }), severity: 'PASS' },
  'the longest freeze for a decision': {
    given: withApprovals({ minutesToDecide: { go: 60, switch: 240 } }),
    severity: 'PASS',
  },
  'a minute longer': { given: withApprovals({ minutesToDecide: { go: 60, switch: 241 } }), severity: 'INFO' },
};
