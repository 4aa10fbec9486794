import { type Check, pass, warning } from '../check.ts';

/** Without uuid-ossp Retool's schema migrations fail: column "sid" does not exist. */
export const check: Check = {
  id: 'uuid-extension',
  title: "The source has the extension that Retool's schema needs",
  about: 'application',
  needsDatabases: true,
  look({ databases }) {
    const found = databases.source.extensions.find(({ name }) => name === 'uuid-ossp');
    if (found) return pass(`uuid-ossp ${found.version}.`);
    return warning(
      'The source has no extension "uuid-ossp".',
      'Look whether this is the database of the application; create the extension before the next upgrade.',
    );
  },
};
