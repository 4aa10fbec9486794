import { type Check, unlearned, warning } from '../check.ts';
import { several } from '../words.ts';

/** A scaling policy starts tasks again that the freeze has stopped. */
export const check: Check = {
  id: 'source-autoscaling',
  title: 'Nothing starts tasks of the source again during the freeze',
  about: 'cutover',
  look({ source }) {
    const scaled = source.services.filter(({ autoscaling }) => autoscaling !== null).map(({ service }) => service);
    if (scaled.length > 0) {
      return warning(
        `Application Auto Scaling moves ${several(scaled)}.`,
        'Suspend it for these services during the cutover (register-scalable-target --suspended-state), and resume it if the cutover is put back.',
      );
    }
    return unlearned(
      'whether Application Auto Scaling, a schedule or a deployment starts tasks of the source.',
      "Look at the services' auto scaling and at pipelines. A task that starts during the freeze is found: SourceStillRunning.",
    );
  },
};
