import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  none: { given: {}, severity: 'PASS', says: /None/ },
  'a short one': { given: withDatabases({ longestTransactionSeconds: 20 }), severity: 'PASS', says: /20 s/ },
  "others' cannot be seen": { given: withDatabases({ rights: {} }), severity: 'INFO', says: /pg_monitor/ },
  'an old one': { given: withDatabases({ longestTransactionSeconds: 301 }), severity: 'WARNING', says: /6 min/ },
  'five minutes': { given: withDatabases({ longestTransactionSeconds: 300 }), severity: 'PASS' },
};
