import { wholeDuration } from '../../quantities.ts';
import { type Check, info, pass, warning } from '../check.ts';

/** Minutes in which somebody reads a mail, looks at the evidence and decides. */
const SHORT = 15;
/** Minutes of a freeze in which users wait for a decision. */
const LONG = 240;

export const check: Check = {
  id: 'approval-deadlines',
  title: 'Approvers have time to decide, and users do not wait for them for long',
  about: 'cutover',
  look({ configuration }) {
    const minutes = configuration.approvals?.minutesToDecide;
    if (!minutes) return null;
    const saw = `"go" within ${wholeDuration(minutes.go * 60)}, "switch" within ${wholeDuration(minutes.switch * 60)}.`;
    if (minutes.go < SHORT || minutes.switch < SHORT) {
      return warning(`${saw} Silence means no.`, `Give at least ${SHORT} minutes in approvals.minutesToDecide.`);
    }
    if (minutes.switch > LONG) {
      return info(`${saw} The source is frozen while people decide on "switch".`, 'Shorten it, if they are at hand.');
    }
    return pass(saw);
  },
};
