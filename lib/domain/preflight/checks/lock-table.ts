import { count, plural } from '../../quantities.ts';
import { blocker, type Check, pass, unlearned, warning } from '../check.ts';

/** pg_dump holds a lock on every table at the same time, in memory that is of one size for all sessions. */
export const check: Check = {
  id: 'lock-table',
  title: 'The source can lock all its tables at once',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source } }) {
    const each = Number(source.settings.max_locks_per_transaction);
    if (!(each > 0))
      return unlearned('max_locks_per_transaction of the source.', 'A rehearsal shows whether it suffices.');
    const slots = each * source.sessions.most;
    const saw = `${plural(source.tables, 'table')}, room for about ${count(slots)} locks (${count(each)} × ${count(source.sessions.most)} connections).`;
    const todo = 'Raise max_locks_per_transaction on the source; that needs a restart.';
    if (source.tables >= slots) return blocker(saw, todo);
    return source.tables > slots / 2 ? warning(saw, todo) : pass(saw);
  },
};
