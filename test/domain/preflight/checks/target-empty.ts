import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  'no table': { given: {}, severity: 'PASS', says: /no table/ },
  tables: { given: withDatabases({}, { tables: 3 }), severity: 'BLOCKER', says: /3 tables/ },
};
