import { type Cases, fine, withDatabases } from '../world.ts';

export const cases: Cases = {
  all: { given: {}, severity: 'PASS' },
  'the source may not be read': {
    given: withDatabases({ rights: { ...fine.databases.source.rights, readAllTables: false } }),
    severity: 'BLOCKER',
    says: /the source login may not read every row/,
  },
  'the target may not create databases': {
    given: withDatabases({}, { rights: { write: true, createDatabase: false } }),
    severity: 'BLOCKER',
    says: /^the target login may not create databases/,
  },
  'the target is a standby': {
    given: withDatabases({}, { rights: { ...fine.databases.target.rights, write: false } }),
    severity: 'BLOCKER',
    says: /^the target login may not write: it goes to a standby/,
  },
  'a right that was not looked at is missing': { given: withDatabases({ rights: {} }), severity: 'BLOCKER' },
};
