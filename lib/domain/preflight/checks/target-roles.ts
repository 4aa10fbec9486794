import { plural, several } from '../../quantities.ts';
import { type Check, pass, warning } from '../check.ts';

/** The chart runs connectors within the main backend, where ECS templates may have services of their own. */
const WITHIN_THE_BACKEND = ['dbconnector', 'db-ssh-connector'];

export const check: Check = {
  id: 'target-roles',
  title: 'Every service of the source has its deployment on the target',
  about: 'application',
  needsTarget: true,
  look({ source, target }) {
    const there = target.deployments.map(({ role }) => role);
    const missing = source.services.filter(
      ({ roles }) => !roles.some((role) => there.includes(role) || WITHIN_THE_BACKEND.includes(role)),
    );
    if (missing.length === 0) return pass(`${plural(there.length, 'deployment')}: ${several(there)}.`);
    return warning(
      `Nothing on the target does what ${several(missing.map(({ service, roles }) => `${service} (${roles.join(', ')})`))} does.`,
      'Switch these parts on in the chart; workflows and agents may stay off until after the cutover.',
    );
  },
};
