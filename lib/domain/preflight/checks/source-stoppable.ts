import { several } from '../../quantities.ts';
import { blocker, type Check, pass } from '../check.ts';

/** A freeze sets counts to zero; ECS refuses that of a DAEMON ("does not support a desired count"). */
export const check: Check = {
  id: 'source-stoppable',
  title: 'Every service of the source can be stopped by its count',
  about: 'cutover',
  look({ source }) {
    const daemons = source.services.filter(({ daemon }) => daemon).map(({ service }) => service);
    if (daemons.length === 0) return pass('None is of the strategy DAEMON.');
    return blocker(
      `${several(daemons)} run by the strategy DAEMON, a task on every instance: the freeze could not stop them.`,
      'Replace each by a service of the strategy REPLICA before the cutover; a service cannot change its own.',
    );
  },
};
