import { several, size } from '../../quantities.ts';
import { type Check, info, pass } from '../check.ts';

export const check: Check = {
  id: 'materialized-views',
  title: 'Nothing has to be computed anew at the end of the copy',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source } }) {
    const found = source.largestTables.filter(({ kind }) => kind === 'materialized view');
    if (found.length === 0) return pass('The source has no materialized view.');
    return info(
      `Refreshed on the target: ${several(found.map(({ table, bytes }) => `${table} (${size(bytes)})`))}.`,
      'The time that takes is in the rehearsal; drop what nobody reads.',
    );
  },
};
