import { plural, several } from '../../quantities.ts';
import { blocker, type Check, pass } from '../check.ts';

/** Whatever runs there connects to the database while it is restored, and migrates or fills it. */
export const check: Check = {
  id: 'target-stopped',
  title: 'The target application waits with no replicas',
  about: 'cutover',
  needsTarget: true,
  look({ target }) {
    const running = target.deployments.filter(({ replicas }) => replicas > 0);
    if (running.length === 0) return pass(`${plural(target.deployments.length, 'deployment')}, none of them running.`);
    return blocker(
      `Replicas run: ${several(running.map(({ name, replicas }) => `${name} ${replicas}`))}.`,
      'Scale every deployment of the release to zero; Passage starts them once the data is proved.',
    );
  },
};
