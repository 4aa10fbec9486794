import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  equal: { given: {}, severity: 'PASS', says: /15.4/ },
  newer: {
    given: withDatabases({ major: 14, version: '14.4' }, { major: 17, version: '17.4' }),
    severity: 'INFO',
    says: /release notes/,
  },
  older: {
    given: withDatabases({ major: 16, version: '16.4' }, { major: 15, version: '15.4' }),
    severity: 'BLOCKER',
    says: /target to PostgreSQL 16/,
  },
  'too old': {
    given: withDatabases({ major: 13, version: '13.4' }, { major: 17, version: '17.4' }),
    severity: 'BLOCKER',
    says: /source to PostgreSQL 14/,
  },
};
