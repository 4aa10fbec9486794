import { type Check, info, pass, warning } from '../check.ts';

/** The major of pg_dump and pg_restore in Passage's worker image; lib/copier/Dockerfile installs it. */
export const CLIENT_MAJOR = 17;

export const check: Check = {
  id: 'client-tools',
  title: "Passage's client programs know both servers",
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source, target } }) {
    if (source.major > CLIENT_MAJOR) {
      return warning(
        `pg_dump ${CLIENT_MAJOR} of Passage's worker image does not read PostgreSQL ${source.major}.`,
        'Build the image with newer client programs; on this machine those beside its PostgreSQL are used.',
      );
    }
    if (target.major > CLIENT_MAJOR) {
      return info(
        `pg_restore ${CLIENT_MAJOR} writes to the newer PostgreSQL ${target.major}.`,
        'The rehearsal proves that it can.',
      );
    }
    return pass(`Version ${CLIENT_MAJOR}, servers ${source.major} and ${target.major}.`);
  },
};
