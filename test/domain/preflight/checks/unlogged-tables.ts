import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  none: { given: {}, severity: 'PASS' },
  one: {
    given: withDatabases({
      largestTables: [
        { table: 'public.log', kind: 'table', bytes: 1_000_000, rows: null, primaryKey: false, unlogged: true },
      ],
    }),
    severity: 'INFO',
    says: /public.log/,
  },
};
