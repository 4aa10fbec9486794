import { several, size } from '../../quantities.ts';
import { type Check, info, pass } from '../check.ts';

/** PostgreSQL sends no row of more than this. Bytes. */
const MOST = 1e9;

/** A table smaller than the limit holds no row beyond it; compression makes a row on disk smaller, hence the factor. */
const COMPRESSED = 20;

export const check: Check = {
  id: 'field-size',
  title: 'No row is larger than PostgreSQL can send',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source } }) {
    const possible = source.largestTables.filter(
      ({ bytes, kind }) => kind !== 'partitioned' && bytes * COMPRESSED >= MOST,
    );
    if (source.largestTables.length === 0 && source.tables > 0)
      return info('Could not be learned: the sizes of tables.');
    if (possible.length === 0) return pass(`No table could hold a row of ${size(MOST)}, even if well compressed.`);
    return info(
      `Could not be learned: whether ${several(possible.map(({ table }) => table))} holds a row of more than ${size(MOST)}.`,
      'A rehearsal reads every row and refuses such a one by its key (FieldTooLarge).',
    );
  },
};
