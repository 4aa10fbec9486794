import { blocker, type Check, info, pass } from '../check.ts';

/** The oldest major whose tables can be cut into ctid ranges. */
const OLDEST = 14;

export const check: Check = {
  id: 'postgresql-majors',
  title: "The target's PostgreSQL is not older than the source's",
  about: 'copy',
  needsDatabases: true,
  look({ databases: { source, target } }) {
    const versions = `Source ${source.version}, target ${target.version}.`;
    if (source.major < OLDEST) {
      return blocker(versions, `Upgrade the source to PostgreSQL ${OLDEST} or newer first.`);
    }
    if (target.major < source.major) {
      return blocker(
        versions,
        `Upgrade the target to PostgreSQL ${source.major} or newer: a dump does not go back a major version.`,
      );
    }
    if (target.major > source.major) {
      return info(versions, 'The copy also upgrades PostgreSQL; read the release notes between the two.');
    }
    return pass(versions);
  },
};
