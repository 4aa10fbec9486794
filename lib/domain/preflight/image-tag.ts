import { type Check, pass, warning } from './check.ts';

/** Retool's schema migrations only go forward: another version on the target changes the data at its first start. */
export const imageTag: Check = {
  id: 'image-tag',
  title: 'Both sides run the same version of the application',
  look({ source, target, plan }) {
    if (plan.databasesOnly) return null;
    const [from, to] = [source.imageTag ?? 'unknown', target.imageTag ?? 'unknown'];
    if (from === to && source.imageTag) return pass(`Both run ${from}.`);
    return warning(
      `Source ${from}, target ${to}.`,
      "Pin the target's image to the source's tag; upgrade after the migration.",
    );
  },
};
