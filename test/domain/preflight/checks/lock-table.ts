import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  room: { given: {}, severity: 'PASS', says: /6,400/ },
  unknown: { given: withDatabases({ settings: {} }), severity: 'INFO', says: /Could not be learned/ },
  half: { given: withDatabases({ tables: 4000 }), severity: 'WARNING', says: /4,000 tables/ },
  full: { given: withDatabases({ tables: 6400 }), severity: 'BLOCKER', says: /needs a restart/ },
  'just half': { given: withDatabases({ tables: 3200 }), severity: 'PASS' },
};
