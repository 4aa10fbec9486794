import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  'the same': { given: {}, severity: 'PASS', says: /uuid-ossp 1.1/ },
  none: { given: withDatabases({ extensions: [] }, { extensions: [] }), severity: 'PASS', says: /none/ },
  'to be created': {
    given: withDatabases({ extensions: [{ name: 'citext', version: '1.6' }] }, { extensions: [] }),
    severity: 'INFO',
    says: /citext/,
  },
  'of another version': {
    given: withDatabases(
      { extensions: [{ name: 'citext', version: '1.6' }] },
      { extensions: [{ name: 'citext', version: '1.5' }] },
    ),
    severity: 'WARNING',
    says: /citext 1.6 and 1.5/,
  },
};
