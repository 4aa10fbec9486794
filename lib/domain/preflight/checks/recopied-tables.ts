import { several, size, wholeDuration } from '../../quantities.ts';
import { type Check, info, pass, warning } from '../check.ts';

/** Seconds of a freeze that tables without a key may cost before somebody should look at them. */
const LONG = 60;

/** Without a primary key nothing tells which rows changed: such a table is always copied whole, inside the freeze. */
export const check: Check = {
  id: 'recopied-tables',
  title: 'Every table of the source has a primary key',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source }, lastRehearsal }) {
    // A partitioned table and a materialized view have no rows of their own to copy.
    const copied = source.largestTables.filter(({ kind }) => kind === 'table' || kind === 'partition');
    const without = copied.filter(({ primaryKey }) => !primaryKey);
    if (without.length === 0) {
      return source.largestTables.length > 0 || source.tables === 0
        ? pass(copied.length === 1 ? '1 table looked at.' : `${copied.length} tables looked at.`)
        : info('Could not be learned: which tables have a primary key.');
    }
    const bytes = without.reduce((sum, table) => sum + table.bytes, 0);
    const rate =
      lastRehearsal && lastRehearsal.copySeconds > 0 ? lastRehearsal.sourceBytes / lastRehearsal.copySeconds : 0;
    const seconds = rate > 0 ? bytes / rate : null;
    const names = several(without.map(({ table, bytes: each }) => `${table} (${size(each)})`));
    const takes =
      seconds === null
        ? 'how long is known after a rehearsal'
        : `about ${wholeDuration(seconds)} by the last rehearsal's rate`;
    const saw = `${names}: ${size(bytes)} without a key, copied whole in any case, ${takes}.`;
    const todo = 'A primary key lets their rows be compared one by one.';
    return seconds !== null && seconds > LONG ? warning(saw, todo) : info(saw, todo);
  },
};
