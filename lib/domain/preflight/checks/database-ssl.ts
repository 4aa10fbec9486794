import { blocker, type Check, pass, unlearned } from '../check.ts';
import { isUnknown } from '../unknown.ts';

/** Any of them may ask for it. */
const ASKING = ['DATABASE_URL', 'POSTGRES_SSL_ENABLED', 'PGSSLMODE'];

export const check: Check = {
  id: 'database-ssl',
  title: 'The target application talks to its database in the way that the server asks for',
  about: 'application',
  needsDatabases: true,
  look({ target, databases }) {
    const forced = /^(1|on)/.test(databases.target.settings['rds.force_ssl'] ?? '');
    if (!forced) return pass('The server forces no encryption.');
    if (target.applicationDatabase?.ssl === 'require') return pass('Both ask for TLS.');
    if (!target.applicationDatabase || ASKING.some((name) => isUnknown(target, name))) {
      return unlearned('how the target application connects; the server forces TLS.', 'Set POSTGRES_SSL_ENABLED=true.');
    }
    return blocker(
      "The server forces TLS (rds.force_ssl), and the target application's variables do not ask for it.",
      'Set POSTGRES_SSL_ENABLED=true in the chart.',
    );
  },
};
