import { several } from '../../quantities.ts';
import { type Check, info, pass, unlearned } from '../check.ts';

const ALLOW =
  'Let what they lead to admit the target as well: the addresses of its NAT gateways where they are listed, its security groups, routes and private DNS, and the role of its pods where the task role opened it. Then try one query of each on the target.';

/** They move with the database, and are asked from other addresses, security groups and another role than before. */
export const check: Check = {
  id: 'resource-access',
  title: 'Resources can be reached from the target',
  about: 'cutover',
  needsDatabases: true,
  look({ databases }) {
    const types = databases.source.resourceTypes;
    if (!types) return unlearned('what resources there are, which the target must reach.', ALLOW);
    const total = types.reduce((sum, { count }) => sum + count, 0);
    if (total === 0) return pass('There is none.');
    const largest = types.toSorted((a, b) => b.count - a.count).map(({ type, count }) => `${type} ${count}`);
    return info(
      `Not looked at: whether the target reaches ${total === 1 ? 'the one resource' : `the ${total} resources`} (${several(largest)}).`,
      ALLOW,
    );
  },
};
