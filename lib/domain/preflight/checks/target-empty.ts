import { plural } from '../../quantities.ts';
import { blocker, type Check, pass } from '../check.ts';

/** A rehearsal has a database of its own; a cutover restores into the real one. */
export const check: Check = {
  id: 'target-empty',
  title: "The application's database on the target is empty",
  about: 'cutover',
  needsDatabases: true,
  look({ target, databases }) {
    const { tables } = databases.target;
    const name = target.database ? `${target.database.database} at ${target.database.host}` : 'The database';
    if (tables === 0) return pass(`${name} has no table.`);
    return blocker(
      `${name} has ${plural(tables, 'table')}. Passage never drops what it did not write.`,
      'Scale the target to zero, then drop and create that database; its first start had filled it.',
    );
  },
};
