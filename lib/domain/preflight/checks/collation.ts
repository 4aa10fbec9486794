import { type Check, info, pass, warning } from '../check.ts';

/** The C library sorts by its own version's rules; C and built-in locales by bytes, everywhere. */
const bytewise = /^(C|POSIX|C\.UTF-?8)$|^builtin:/i;

export const check: Check = {
  id: 'collation',
  title: 'Both databases sort text alike',
  about: 'cutover',
  needsDatabases: true,
  look({ databases: { source, target } }) {
    if (source.collation !== target.collation) {
      return warning(
        `The source sorts by ${source.collation}, the target's database by ${target.collation}.`,
        "Drop and create the target's database with the source's locale, or lists will come in another order.",
      );
    }
    if (bytewise.test(source.collation)) return pass(`Both sort by ${source.collation}.`);
    return info(
      `Both sort by ${source.collation}; the versions of its rules may differ between the servers.`,
      'Indexes are built anew on the target, so only the order of lists can change.',
    );
  },
};
