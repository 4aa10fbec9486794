import { type Cases, withDatabases } from '../world.ts';

const one = (bytes: number, kind: 'table' | 'partitioned' = 'table') =>
  withDatabases({
    largestTables: [{ table: 'public.log', kind, bytes, rows: null, primaryKey: false, unlogged: false }],
  });

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
  'a table that could hold such a row, if well compressed': {
    given: one(50_000_000),
    severity: 'INFO',
    says: /public\.log/,
  },
  'a table that could not': { given: one(49_999_999), severity: 'PASS' },
  'a large one whose rows lie in its partitions': { given: one(2e9, 'partitioned'), severity: 'PASS' },
};
