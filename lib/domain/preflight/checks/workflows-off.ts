import { several } from '../../quantities.ts';
import { blocker, type Check, pass } from '../check.ts';

const WORKERS = /^(workflow|agent)/;

/** Two sides on one queue take each other's runs, and schedules fire twice. */
export const check: Check = {
  id: 'workflows-off',
  title: 'Workflows and agents are off on the target',
  about: 'cutover',
  needsTarget: true,
  look({ target }) {
    const workers = target.deployments.filter(({ role }) => WORKERS.test(role));
    const running = workers.filter(({ replicas }) => replicas > 0).map(({ name }) => name);
    if (running.length === 0) {
      return pass(
        workers.length === 0 ? 'None is deployed.' : `${several(workers.map(({ name }) => name))}: no replicas.`,
      );
    }
    return blocker(
      `${several(running)} run on the target.`,
      'Scale them to zero until the cutover is over; switch workflows on there only when the source is stopped.',
    );
  },
};
