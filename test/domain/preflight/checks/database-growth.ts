import { type Cases, server, withDatabases } from '../world.ts';

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
  'before the second rehearsal, what CloudWatch saw of the server': {
    given: withDatabases({
      growth: null,
      server: server({ filling: { since: '2026-02-22T12:00:00.000Z', bytesPerDay: 2_000_000 } }),
    }),
    severity: 'PASS',
    says: /As CloudWatch has it, the storage of acme fills by 2 MB a day/,
  },
  'a server that fills fast': {
    given: withDatabases({
      growth: null,
      server: server({ filling: { since: '2026-02-22T12:00:00.000Z', bytesPerDay: 6_000_000 } }),
    }),
    severity: 'WARNING',
    says: /fills by 6 MB a day since 2026-02-22, 10 %/,
  },
  'a twentieth a day': {
    given: withDatabases({ growth: { since: '2026-02-01T00:00:00Z', bytes: 3_000_000, bytesPerDay: 3_000_000 } }),
    severity: 'PASS',
  },
  'a little more than a twentieth': {
    given: withDatabases({ growth: { since: '2026-02-01T00:00:00Z', bytes: 3_000_001, bytesPerDay: 3_000_001 } }),
    severity: 'WARNING',
    says: /5 % of the database/,
  },
};
