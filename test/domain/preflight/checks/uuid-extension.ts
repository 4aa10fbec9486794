import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  there: { given: {}, severity: 'PASS', says: /1.1/ },
  missing: { given: withDatabases({ extensions: [] }, { extensions: [] }), severity: 'WARNING', says: /uuid-ossp/ },
};
