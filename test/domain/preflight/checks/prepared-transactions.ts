import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  none: { given: {}, severity: 'PASS' },
  'one in another database': {
    given: withDatabases({ preparedTransactions: [{ database: 'billing', seconds: 7300 }] }),
    severity: 'BLOCKER',
    says: /one in billing, 3 h ago.*ROLLBACK PREPARED/,
  },
};
