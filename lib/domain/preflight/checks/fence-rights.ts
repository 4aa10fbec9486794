import { blocker, type Check, pass } from '../check.ts';

/** Without these the source cannot be made unwritable, or not be opened again. */
const needed = {
  createSchema: 'create schema "passage"',
  ownsDatabase: 'act as the owner of the database',
  createRole: 'lock logins',
  endSessions: 'end sessions',
  seeSessions: 'see sessions',
} as const;

export const check: Check = {
  id: 'fence-rights',
  title: "Passage's login has the rights to fence the source",
  about: 'cutover',
  needsDatabases: true,
  look({ databases }) {
    const { rights } = databases.source;
    if (rights.write === false) {
      return blocker(
        "The source's login goes to a standby (a read replica, or an endpoint for readers), which takes no fence: the application would go on writing to its primary.",
        "Name the primary (the writer endpoint of Aurora) in the login's secret. A rehearsal may copy from a standby.",
      );
    }
    const missing = Object.entries(needed).filter(([right]) => rights[right] !== true);
    if (missing.length === 0) return pass('It may lock logins, end sessions and act as the owner of the database.');
    return blocker(
      `The source login may not ${missing.map(([, words]) => words).join(', or ')}.`,
      'Run lib/sql/create-source-login.sql on the source, as its first lines say.',
    );
  },
};
