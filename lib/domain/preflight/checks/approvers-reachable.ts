import { type Check, unlearned, warning } from '../check.ts';
import { several } from '../words.ts';

/** Domains that are kept for examples (RFC 2606). */
const RESERVED = /[@.](example\.(com|net|org)|example|invalid|test|localhost)$/i;

export const check: Check = {
  id: 'approvers-reachable',
  title: 'Mail reaches the approvers',
  about: 'cutover',
  look({ configuration }) {
    const people = (configuration.approvals?.approvers ?? []).map(({ email }) => email);
    const nobody = people.filter((email) => RESERVED.test(email));
    if (nobody.length > 0) {
      return warning(
        `No mail arrives at ${several(nobody)}: the domain is kept for examples.`,
        'Name real people in approvals.approvers.',
      );
    }
    return unlearned(
      `whether mail reaches ${several(people)}; none has been sent.`,
      'Verify the sender in SES, leave its sandbox, and tell the approvers when to expect the request.',
    );
  },
};
