import { type Check, pass, unlearned, warning } from '../check.ts';
import { versionOf } from '../versions.ts';

/** From here on Retool does not start before the permission migration is over: 4.31 Edge, 4.33 Stable. */
const BLOCKING = 31;
const NOWHERE =
  'The vendor tells of its end and of its failure in a banner alone: no table, variable or API of it is documented.';
const LOOK =
  'Sign in as an administrator and look at the settings pages: a banner says that the permission migration failed, and lets you start it again. It shows up to 15 hours after the upgrade to 4.0; migrate only once that time has passed without it.';

/** The permission migration of 4.0 runs for hours in the background; its failure shows in a banner only. */
export const check: Check = {
  id: 'retool-4-integrity',
  title: "Retool 4's permission migration is over, or has not begun",
  about: 'application',
  needsDatabases: true,
  look({ source, target, databases }) {
    const [from, to] = [versionOf(source.imageTag), versionOf(target.imageTag)];
    const newest = databases.source.schemaMigrations?.newest;
    const schema = newest ? ` Its newest schema migration is ${newest}.` : '';
    if (!from) return unlearned(`the version of the source.${schema}`, `If it is 4.0 or later: ${LOOK}`);
    if (from.major < 4) return pass(`${source.imageTag} is before 4.0.`);
    if (from.major > 4 || from.minor >= BLOCKING) {
      return pass(`${source.imageTag} does not start before the migration is over.`);
    }
    const saw = `The source runs ${source.imageTag}, which migrates permissions in the background. ${NOWHERE}${schema}`;
    if (to && (to.major > 4 || (to.major === 4 && to.minor >= BLOCKING))) {
      return warning(
        `${saw} The target's ${target.imageTag} would finish it before its first start, for an hour or more, or not start at all.`,
        `${LOOK} Keep the target at the source's version until after the migration.`,
      );
    }
    return warning(saw, LOOK);
  },
};
