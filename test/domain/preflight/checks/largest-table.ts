import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  small: { given: {}, severity: 'PASS', says: /public.users/ },
  'half of all': {
    given: withDatabases({
      sizeBytes: 15e9,
      largestTables: [
        { table: 'public.log', kind: 'table', bytes: 12e9, rows: null, primaryKey: false, unlogged: false },
      ],
    }),
    severity: 'INFO',
    says: /12 GB of 15 GB/,
  },
  'nothing is known': { given: withDatabases({ largestTables: [] }), severity: 'INFO', says: /Could not be learned/ },
};
