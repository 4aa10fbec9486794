import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  some: { given: withDatabases({ tables: 59 }), severity: 'PASS', says: /59 tables/ },
  one: { given: withDatabases({ tables: 1 }), severity: 'PASS', says: /1 table\./ },
  none: { given: withDatabases({ tables: 0 }), severity: 'WARNING', says: /no table.*right server/ },
};
