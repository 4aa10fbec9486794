import { type Cases, fine, withDatabases } from '../world.ts';

export const cases: Cases = {
  all: { given: {}, severity: 'PASS' },
  'no owner': {
    given: withDatabases({ rights: { ...fine.databases.source.rights, ownsDatabase: false } }),
    severity: 'BLOCKER',
    says: /act as the owner/,
  },
  'a standby': {
    given: withDatabases({ rights: { ...fine.databases.source.rights, write: false } }),
    severity: 'BLOCKER',
    says: /standby.*writer endpoint/,
  },
  'a right that was not looked at is missing': {
    given: withDatabases({ rights: {} }),
    severity: 'BLOCKER',
    says: /create schema/,
  },
};
