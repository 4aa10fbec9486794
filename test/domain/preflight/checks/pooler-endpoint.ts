import { source } from '../../../support/run-documents.ts';
import { type Cases, fine, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  none: { given: {}, severity: 'PASS', says: /source.invalid:5432/ },
  "the application's own": {
    given: withTarget({ applicationDatabase: { ...fine.target.applicationDatabase!, port: 6432 } }),
    severity: 'INFO',
    says: /ignore_startup_parameters/,
  },
  'RDS Proxy': {
    given: withSource({
      database: { ...source().database, host: 'x.proxy-abc123.eu-west-1.rds.amazonaws.com', port: 5432 },
    }),
    severity: 'BLOCKER',
    says: /looks like a pooler/,
  },
  'PgBouncer by its port': {
    given: withSource({ database: { ...source().database, host: 'db.example.com', port: 6432 } }),
    severity: 'BLOCKER',
    says: /:6432/,
  },
  "Supabase's pooler by its port": {
    given: withSource({ database: { ...source().database, host: 'db.example.com', port: 6543 } }),
    severity: 'BLOCKER',
    says: /:6543/,
  },
};
