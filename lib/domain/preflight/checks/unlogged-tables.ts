import { several } from '../../quantities.ts';
import { type Check, info, pass } from '../check.ts';

export const check: Check = {
  id: 'unlogged-tables',
  title: 'No table loses its rows when its server crashes',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source } }) {
    const found = source.largestTables.filter(({ unlogged }) => unlogged).map(({ table }) => table);
    if (found.length === 0) return pass('No table is unlogged.');
    return info(
      `Unlogged: ${several(found)}. They stay so on the target.`,
      'ALTER TABLE … SET LOGGED where their rows matter.',
    );
  },
};
