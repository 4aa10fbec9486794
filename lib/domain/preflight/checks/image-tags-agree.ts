import { several } from '../../quantities.ts';
import { type Check, pass, unlearned, warning } from '../check.ts';

/** Workers of another version than the backend run code that does not fit its schema. */
export const check: Check = {
  id: 'image-tags-agree',
  title: 'All services of a side run one version',
  about: 'application',
  needsTarget: true,
  look({ source, target }) {
    const running = [
      ...source.services.map(({ service, imageTag }) => ({ name: service, side: 'source', imageTag })),
      ...target.deployments.map(({ name, imageTag }) => ({ name, side: 'target', imageTag })),
    ];
    const tags = (of: string) => [
      ...new Set(running.flatMap(({ side, imageTag }) => (side === of && imageTag ? [imageTag] : []))),
    ];
    const mixed = ['source', 'target'].filter((side) => tags(side).length > 1);
    if (mixed.length > 0) {
      return warning(
        mixed.map((side) => `The ${side} runs ${several(tags(side))}.`).join(' '),
        'Finish or undo the upgrade first, so that every service of a side has one tag.',
      );
    }
    const untagged = running.filter(({ imageTag }) => !imageTag).map(({ side, name }) => `${side} ${name}`);
    if (untagged.length > 0 || running.length === 0) {
      return unlearned(
        `the version of ${several(untagged) || 'any service'}.`,
        'Name images by tag, or compare their digests by hand.',
      );
    }
    return pass(`${running.length} services and deployments looked at.`);
  },
};
