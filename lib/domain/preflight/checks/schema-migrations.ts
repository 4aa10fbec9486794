import { type Check, pass, warning } from '../check.ts';

export const check: Check = {
  id: 'schema-migrations',
  title: 'The source database is one of Retool, with its schema migrated',
  about: 'application',
  needsDatabases: true,
  look({ databases: { source } }) {
    const found = source.schemaMigrations;
    if (!found) {
      return warning(
        'Could not be learned: the database has no readable table "SequelizeMeta", in which Retool counts its migrations.',
        'Look whether this is the database of the application.',
      );
    }
    if (found.count === 0) return warning('No schema migration has run.', 'Let the source start once, whole.');
    return pass(`${found.count} schema migrations, the newest is ${found.newest}.`);
  },
};
