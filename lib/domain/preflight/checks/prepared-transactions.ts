import { several, wholeDuration } from '../../quantities.ts';
import { blocker, type Check, pass } from '../check.ts';

/** They belong to no session, so nothing ends them, and COMMIT PREPARED writes even into a read-only database. */
export const check: Check = {
  id: 'prepared-transactions',
  title: 'No transaction is prepared on the source, in any database',
  about: 'cutover',
  needsDatabases: true,
  look({ databases }) {
    const found = databases.source.preparedTransactions;
    if (found.length === 0) return pass('None is prepared.');
    return blocker(
      `Prepared: ${several(found.map(({ database, seconds }) => `one in ${database}, ${wholeDuration(seconds)} ago`))}.`,
      'Ask whoever prepared them, then COMMIT PREPARED or ROLLBACK PREPARED each in its database (pg_prepared_xacts).',
    );
  },
};
