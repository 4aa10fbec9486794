import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  enough: { given: {}, severity: 'PASS', says: /92 free on the source/ },
  few: {
    given: withDatabases({}, { sessions: { used: 80, most: 100 } }),
    severity: 'WARNING',
    says: /17 free on the target/,
  },
  'too few': {
    given: withDatabases({}, { sessions: { used: 90, most: 100 } }),
    severity: 'BLOCKER',
    says: /7 free on the target/,
  },
  'just enough': { given: withDatabases({}, { sessions: { used: 87, most: 100 } }), severity: 'WARNING' },
  'twice as many': { given: withDatabases({}, { sessions: { used: 77, most: 100 } }), severity: 'PASS' },
};
