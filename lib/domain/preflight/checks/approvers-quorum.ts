import { type Check, pass, warning } from '../check.ts';

/** Who starts a run never counts, and that is known only once it has been started. */
export const check: Check = {
  id: 'approvers-quorum',
  title: 'There are enough approvers, even if one of them starts the cutover',
  about: 'cutover',
  look({ configuration }) {
    const { approvers = [], required = 1 } = configuration.approvals ?? {};
    const saw = `${required} of ${approvers.length} must say yes.`;
    if (approvers.length > required) return pass(saw);
    return warning(
      `${saw} If one of them starts the cutover, too few are left.`,
      'Name one more approver, or let somebody start it who is none.',
    );
  },
};
