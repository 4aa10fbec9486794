import { type Cases, withDatabases } from '../world.ts';

const one = (bytes: number, sizeBytes: number) =>
  withDatabases({
    sizeBytes,
    largestTables: [{ table: 'public.log', kind: 'table', bytes, rows: null, primaryKey: false, unlogged: false }],
  });

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
  'no table at all': {
    given: withDatabases({ largestTables: [], tables: 0 }),
    severity: 'PASS',
    says: /There is no table/,
  },
  'ten gigabytes, half of all': { given: one(10e9, 20e9), severity: 'INFO' },
  'less than ten gigabytes': { given: one(9.99e9, 10e9), severity: 'PASS' },
  'less than half of all': { given: one(10e9, 20.1e9), severity: 'PASS' },
};
