import { type Cases, server, withDatabases } from '../world.ts';

export const cases: Cases = {
  'both are kept': { given: {}, severity: 'PASS', says: /acme-source for 7 days, acme-target for 7 days/ },
  'the source is not backed up': {
    given: withDatabases({ server: server({ name: 'old', backupDays: 0 }) }),
    severity: 'WARNING',
    says: /no automated backups of old\./,
  },
  'the target may be deleted': {
    given: withDatabases({}, { server: server({ name: 'new', deletionProtection: false }) }),
    severity: 'INFO',
    says: /Without deletion protection: new/,
  },
};
