import { type Check, pass, unlearned, warning } from '../check.ts';
import { versionOf } from '../versions.ts';

/** The permission migration of 4.0 runs for hours in the background; its failure shows in a banner only. */
export const check: Check = {
  id: 'retool-4-integrity',
  title: "Retool 4's permission migration is over, or has not begun",
  about: 'application',
  look({ source }) {
    const version = versionOf(source.imageTag);
    if (!version)
      return unlearned('the version of the source.', 'If it is 4.0 or later, see that administrators get no banner.');
    if (version.major < 4) return pass(`${source.imageTag} is before 4.0.`);
    return warning(
      `The source runs ${source.imageTag}. Whether its data passed the integrity check cannot be read from outside.`,
      'Sign in as an administrator: a banner says that the permission migration failed or is under way (up to 15 hours). Migrate only without it.',
    );
  },
};
