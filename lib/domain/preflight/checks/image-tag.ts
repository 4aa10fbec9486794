import { repositoryOf } from '../../retool.ts';
import { MAIN_BACKEND } from '../../target-application.ts';
import { blocker, type Check, info, type Learned, pass, warning } from '../check.ts';
import { versionOf } from '../versions.ts';

/** The vendor advises to go by way of a release in between when more than about so many are skipped. */
const RELEASES_AT_ONCE = 10;
/** Tags that the vendor moves from release to release. */
const moving = /^(latest|stable|edge|nightly)$/;
const PIN = "Pin the target's image to the source's tag; upgrade after the migration.";

/** Retool's schema migrations only go forward: another version on the target changes the data at its first start. */
export const check: Check = {
  id: 'image-tag',
  title: 'Both sides run the same version of the application',
  about: 'application',
  needsTarget: true,
  look({ source, target }) {
    const both = `Source ${source.imageTag ?? 'unknown'}, target ${target.imageTag ?? 'unknown'}.`;
    if (!source.imageTag || !target.imageTag) return warning(`Could not be learned: both tags. ${both}`, PIN);
    if (source.imageTag === target.imageTag && moving.test(source.imageTag)) {
      return warning(
        `Both say ${source.imageTag}, a tag that moves: which version each has pulled, and when, it does not tell.`,
        "Look at the version that the source answers under /api/checkHealth, and pin the target's image to it.",
      );
    }
    if (source.imageTag === target.imageTag) {
      const [ours, theirs] = repositories({ source, target });
      if (!ours || !theirs || isMirror(ours, theirs)) return pass(`Both run ${source.imageTag}.`);
      return info(
        `Both run ${source.imageTag}, of other repositories: ${ours} on the source, ${theirs} on the target.`,
        "Make sure that the target's image has what was added to the source's: certificates, drivers, start scripts.",
      );
    }
    const [from, to] = [versionOf(source.imageTag), versionOf(target.imageTag)];
    if (!from || !to) return warning(`${both} Which is newer cannot be told from the tags.`, PIN);
    if (to.major < from.major || (to.major === from.major && to.minor < from.minor)) {
      return blocker(`${both} An older version cannot use a schema that a newer one has migrated.`, PIN);
    }
    // The permission migration of 4.0 runs in the background there; from 4.31 on it must be over.
    if (from.major < 4 && (to.major > 4 || (to.major === 4 && to.minor >= 31))) {
      return blocker(`${both} There is no direct way from before 4.0 to 4.31 or later.`, PIN);
    }
    const far = to.major > from.major || to.minor - from.minor > RELEASES_AT_ONCE;
    return warning(far ? `${both} That is too far for one step.` : both, PIN);
  },
};

/** Of the images of both main backends. */
function repositories({ source, target }: Pick<Learned, 'source' | 'target'>): (string | null)[] {
  const images = [
    source.services.find(({ roles }) => roles.includes(MAIN_BACKEND))?.image,
    target.deployments.find(({ role }) => role === MAIN_BACKEND)?.image,
  ];
  return images.map((image) => (image ? repositoryOf(image) : null));
}

/** `tryretool/backend` and `<registry>/tryretool/backend`: a registry that passes images on keeps their name. */
const isMirror = (a: string, b: string): boolean => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
