import { wholeDuration } from '../../quantities.ts';
import { type Check, pass, unlearned, warning } from '../check.ts';

/** Seconds. Longer than a request or a report takes. */
const OLD = 300;

/** In any database of the server: they hold back what a snapshot and the fence rely on. */
export const check: Check = {
  id: 'old-transactions',
  title: 'No transaction has been open for long on the source',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source } }) {
    const seconds = source.longestTransactionSeconds;
    if (seconds > OLD) {
      return warning(
        `One has been open for ${wholeDuration(seconds)}.`,
        'Find it in pg_stat_activity (xact_start) or pg_prepared_xacts, in every database, and end it.',
      );
    }
    if (source.rights.seeSessions !== true) {
      return unlearned("how old other logins' transactions are.", "GRANT pg_monitor to Passage's login on the source.");
    }
    return pass(seconds === 0 ? 'None is open.' : `The oldest is ${wholeDuration(seconds)} old.`);
  },
};
