import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  equal: { given: {}, severity: 'PASS', says: /UTF8/ },
  'any bytes': {
    given: withDatabases({ encoding: 'SQL_ASCII' }, { encoding: 'SQL_ASCII' }),
    severity: 'WARNING',
    says: /SQL_ASCII/,
  },
  another: { given: withDatabases({}, { encoding: 'LATIN1' }), severity: 'BLOCKER', says: /LATIN1/ },
};
