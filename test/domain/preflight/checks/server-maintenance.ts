import { later } from '../../../support/run-documents.ts';
import { type Cases, server, withDatabases } from '../world.ts';

const DAY = 86_400;
const pending = (what: string, by: string | null) => withDatabases({}, { server: server({ pending: [{ what, by }] }) });

export const cases: Cases = {
  'nothing waits': { given: {}, severity: 'PASS', says: /acme-source sun:03:00-sun:03:30/ },
  'only one is of RDS': { given: withDatabases({}, { server: null }), severity: 'PASS' },
  'a change is under way': {
    given: withDatabases({ server: server({ status: 'modifying' }) }),
    severity: 'WARNING',
    says: /acme is in state modifying/,
  },
  'it is at work while it is backed up': {
    given: withDatabases({ server: server({ status: 'backing-up' }) }),
    severity: 'PASS',
  },
  'maintenance this week': {
    given: pending('system-update: New OS', later(2 * DAY)),
    severity: 'WARNING',
    says: /acme: system-update: New OS \(on 2026-03-03 at the latest, in its window/,
  },
  'maintenance that is overdue': { given: pending('db-upgrade', later(-DAY)), severity: 'WARNING' },
  'maintenance in a month': { given: pending('db-upgrade', later(30 * DAY)), severity: 'INFO', says: /db-upgrade/ },
  'a change that somebody has asked for': {
    given: pending('change of DBInstanceClass', null),
    severity: 'INFO',
    says: /at a time that somebody chooses/,
  },
  'maintenance within seven days': { given: pending('db-upgrade', later(7 * DAY - 1)), severity: 'WARNING' },
  'maintenance in seven days': { given: pending('db-upgrade', later(7 * DAY)), severity: 'INFO' },
};
