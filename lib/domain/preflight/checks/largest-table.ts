import { size } from '../../quantities.ts';
import { type Check, info, pass } from '../check.ts';

/** Smaller ones do not decide how long a freeze lasts. Bytes. */
const LARGE = 10e9;

export const check: Check = {
  id: 'largest-table',
  title: 'No single table decides how long the copy takes',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source } }) {
    const [largest] = source.largestTables.filter(({ kind }) => kind !== 'partitioned');
    if (!largest)
      return source.tables === 0 ? pass('There is no table.') : info('Could not be learned: the sizes of tables.');
    const saw = `${largest.table} has ${size(largest.bytes)} of ${size(source.sizeBytes)}.`;
    if (largest.bytes < LARGE || largest.bytes < source.sizeBytes / 2) return pass(saw);
    return info(
      saw,
      'Audit events, page saves and workflow runs have a retention: lower it some days before, then rehearse again.',
    );
  },
};
