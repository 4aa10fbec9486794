import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  slow: { given: {}, severity: 'PASS', says: /1 MB a day/ },
  shrinking: {
    given: withDatabases({ growth: { since: '2026-02-01T00:00:00Z', bytes: -5, bytesPerDay: -5 } }),
    severity: 'PASS',
    says: /did not grow/,
  },
  'never measured': { given: withDatabases({ growth: null }), severity: 'INFO', says: /Could not be learned/ },
  'a tenth a day': {
    given: withDatabases({ growth: { since: '2026-02-01T00:00:00Z', bytes: 6_000_000, bytesPerDay: 6_000_000 } }),
    severity: 'WARNING',
    says: /6 MB a day since 2026-02-01, 10 %/,
  },
};
