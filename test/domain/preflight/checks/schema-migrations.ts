import { type Cases, withDatabases } from '../world.ts';

export const cases: Cases = {
  'many have run': { given: {}, severity: 'PASS', says: /700/ },
  'there is no such table': {
    given: withDatabases({ schemaMigrations: null }),
    severity: 'WARNING',
    says: /SequelizeMeta/,
  },
  'none has run': {
    given: withDatabases({ schemaMigrations: { count: 0, newest: null } }),
    severity: 'WARNING',
    says: /No schema migration/,
  },
};
