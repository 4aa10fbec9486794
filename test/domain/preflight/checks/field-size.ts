import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  'all small': { given: {}, severity: 'PASS', says: /1 GB/ },
  'a large table': {
    given: withDatabases({
      largestTables: [
        { table: 'public.log', kind: 'table', bytes: 100_000_000, rows: null, primaryKey: false, unlogged: false },
      ],
    }),
    severity: 'INFO',
    says: /FieldTooLarge/,
  },
  'nothing is known': { given: withDatabases({ largestTables: [] }), severity: 'INFO', says: /Could not be learned/ },
};
