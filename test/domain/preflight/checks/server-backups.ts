import { type Cases, server, withDatabases } from '../world.ts';

export const cases: Cases = {
  'both are kept': { given: {}, severity: 'PASS', says: /acme-source for 7 days, acme-target for 7 days/ },
  'the source is not backed up': {
    given: withDatabases({ server: server({ name: 'old', backupDays: 0 }) }),
    severity: 'WARNING',
    says: /no automated backups of old\./,
  },
  'the source is a read replica, whose primary is backed up': {
    given: withDatabases({ server: server({ name: 'replica', backupDays: 0, replicaOf: 'primary' }) }),
    severity: 'PASS',
    says: /^Backups are kept: acme-target for 7 days\. $/,
  },
  'the target may be deleted': {
    given: withDatabases({}, { server: server({ name: 'new', deletionProtection: false }) }),
    severity: 'INFO',
    says: /Without deletion protection: new/,
  },
};
