import { blocker, type Check, pass } from '../check.ts';

/** Rights without which a copy fails half-way, by the side that needs them. */
const needed = {
  source: { readAllTables: 'read every row of every table' },
  target: { write: 'write: it goes to a standby, or an endpoint for readers', createDatabase: 'create databases' },
} as const;

export const check: Check = {
  id: 'database-rights',
  title: "Passage's logins have the rights to copy",
  about: 'copy',
  needsDatabases: true,
  look({ databases }) {
    const missing = (['source', 'target'] as const).flatMap((side) =>
      Object.entries(needed[side])
        .filter(([right]) => databases[side].rights[right] !== true)
        .map(([, words]) => `the ${side} login may not ${words}`),
    );
    if (missing.length === 0)
      return pass('The source login reads every row of every table; the target login creates databases.');
    return blocker(
      `${missing.join('; ')}.`,
      'Run lib/sql/create-source-login.sql on the source, and ALTER ROLE … BYPASSRLS where tables have row-level security; on the target use the master login, or ALTER ROLE … CREATEDB.',
    );
  },
};
