import { type Cases, withDatabases } from '../world.ts';

const without = (bytes: number) =>
  withDatabases({
    largestTables: [{ table: 'public.log', kind: 'table', bytes, rows: null, primaryKey: false, unlogged: false }],
  });

export const cases: Cases = {
  'each has a key': { given: {}, severity: 'PASS', says: /1 table / },
  'what holds no rows of its own does not count': {
    given: withDatabases({
      largestTables: [
        { table: 'public.sums', kind: 'materialized view', bytes: 9, rows: 3, primaryKey: false, unlogged: false },
        { table: 'public.events', kind: 'partitioned', bytes: 0, rows: 3, primaryKey: false, unlogged: false },
        { table: 'public.events_1', kind: 'partition', bytes: 9, rows: 3, primaryKey: true, unlogged: false },
        { table: 'public.users', kind: 'table', bytes: 9, rows: 3, primaryKey: true, unlogged: false },
      ],
    }),
    severity: 'PASS',
    says: /2 tables/,
  },
  'one without, and the time it takes': {
    given: withDatabases({
      largestTables: [
        { table: 'public.log', kind: 'table', bytes: 1_000_000, rows: null, primaryKey: false, unlogged: false },
      ],
    }),
    severity: 'INFO',
    says: /public.log \(1 MB\).*about 1 s/,
  },
  'no rehearsal yet': {
    given: {
      ...withDatabases({
        largestTables: [
          { table: 'public.log', kind: 'table', bytes: 1_000_000, rows: null, primaryKey: false, unlogged: false },
        ],
      }),
      lastRehearsal: null,
    },
    severity: 'INFO',
    says: /known after a rehearsal/,
  },
  'nothing is known': { given: withDatabases({ largestTables: [] }), severity: 'INFO', says: /Could not be learned/ },
  'a large one': {
    given: withDatabases({
      largestTables: [
        { table: 'public.log', kind: 'table', bytes: 900_000_000, rows: null, primaryKey: false, unlogged: false },
      ],
    }),
    severity: 'WARNING',
    says: /120 s|2 min/,
  },
  'a minute by the rate of the rehearsal': {
    given: without(450_000_000),
    severity: 'INFO',
    says: /about 60 s|about 1 min/,
  },
  'more than a minute': { given: without(450_000_001), severity: 'WARNING' },
};
