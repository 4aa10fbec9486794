import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  'by bytes': { given: {}, severity: 'PASS', says: /C.UTF-8/ },
  'by the rules of a library': {
    given: withDatabases({ collation: 'en_US.UTF-8' }, { collation: 'en_US.UTF-8' }),
    severity: 'INFO',
    says: /versions/,
  },
  another: { given: withDatabases({}, { collation: 'de_DE.UTF-8' }), severity: 'WARNING', says: /de_DE/ },
};
