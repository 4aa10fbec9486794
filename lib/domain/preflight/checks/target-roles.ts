import { plural, several } from '../../quantities.ts';
import { MAIN_BACKEND } from '../../target-application.ts';
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
    const missing = source.services.flatMap(({ service, roles }) => {
      // Each of several roles is a deployment of its own in the chart, but for jobs that the main backend runs as well.
      const within = roles.includes(MAIN_BACKEND) ? [...WITHIN_THE_BACKEND, 'jobs-runner'] : WITHIN_THE_BACKEND;
      const lacking = roles.filter((role) => !there.includes(role) && !within.includes(role));
      return lacking.length > 0 ? [`${service} (${lacking.join(', ')})`] : [];
    });
    if (missing.length === 0) return pass(`${plural(there.length, 'deployment')}: ${several(there)}.`);
    return warning(
      `Nothing on the target does what ${several(missing)} does.`,
      'Switch these parts on in the chart; workflows and agents may stay off until after the cutover.',
    );
  },
};
