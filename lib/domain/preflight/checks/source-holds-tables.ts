import { type Check, pass, warning } from '../check.ts';

/** Nothing equals nothing: a copy of an empty database is proved, too. */
export const check: Check = {
  id: 'source-holds-tables',
  title: 'There is something to copy',
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source } }) {
    if (source.tables > 0) return pass(source.tables === 1 ? '1 table.' : `${source.tables} tables.`);
    return warning(
      'The source database holds no table: every proof of its copy would be of nothing.',
      'Look whether this is the right server, and the database that the application uses.',
    );
  },
};
