import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  known: { given: {}, severity: 'PASS', says: /Version 17/ },
  'a newer target': {
    given: withDatabases({ major: 17, version: '17.4' }, { major: 18, version: '18.4' }),
    severity: 'INFO',
    says: /PostgreSQL 18/,
  },
  'a newer source': {
    given: withDatabases({ major: 18, version: '18.4' }, { major: 18, version: '18.4' }),
    severity: 'WARNING',
    says: /does not read PostgreSQL 18/,
  },
  'a target of their own version': {
    given: withDatabases({ major: 16, version: '16.9' }, { major: 17, version: '17.4' }),
    severity: 'PASS',
  },
};
