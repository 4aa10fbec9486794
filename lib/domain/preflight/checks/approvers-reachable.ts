import { several } from '../../quantities.ts';
import { blocker, type Check, info, pass, unlearned, warning } from '../check.ts';

/** Domains that are kept for examples (RFC 2606). */
const RESERVED = /[@.](example\.(com|net|org)|example|invalid|test|localhost)$/i;

/** Whether a mail is read nobody can tell; what SES will do with it can be. */
export const check: Check = {
  id: 'approvers-reachable',
  title: 'SES sends mail to the approvers',
  about: 'cutover',
  look({ configuration, mail: { from, sender, account, recipients } }) {
    if (!configuration.approvals) return null;
    if (account && !account.sending) {
      return blocker('SES has switched off sending for the account.', "Solve it with AWS: SES's console says why.");
    }
    if (sender && !sender.verified) {
      return blocker(
        `SES does not send from ${from}: identity ${sender.identity} is not verified.`,
        'Verify it: by the DKIM records of the domain, or by the mail that SES sends to the address.',
      );
    }
    const unverified = recipients.filter(({ verified }) => verified === false).map(({ email }) => email);
    if (account?.sandbox && unverified.length > 0) {
      return blocker(
        `SES is in its sandbox and refuses mail to whom it has not verified: ${several(unverified)}.`,
        'Ask AWS for production access, or verify each address as an identity of its own.',
      );
    }
    if (account?.leftToday != null && account.leftToday < recipients.length * 2) {
      return blocker(
        `SES takes ${account.leftToday} more mails of this account in these 24 hours; "go" and "switch" need ${recipients.length * 2}.`,
        'Wait, or ask AWS for a larger sending quota.',
      );
    }
    const suppressed = recipients.filter((one) => one.suppressed !== null).map(({ email }) => email);
    if (suppressed.length > 0) {
      return warning(
        `On the suppression list of the account, so that SES drops their mail: ${several(suppressed)}.`,
        'Find out why mail bounced, then remove them: aws sesv2 delete-suppressed-destination --email-address ….',
      );
    }
    const nobody = recipients.map(({ email }) => email).filter((email) => RESERVED.test(email));
    if (nobody.length > 0) {
      return warning(
        `No mail arrives at ${several(nobody)}: the domain is kept for examples.`,
        'Name real people in approvals.approvers.',
      );
    }
    if (!sender || !account) {
      return unlearned(
        `whether SES sends from ${from}${sender ? '' : ': it knows neither the address nor its domain, or Passage may not ask'}.`,
        'Look into SES in this Region: verify the sender, leave the sandbox.',
      );
    }
    if (sender.dkim !== 'SUCCESS') {
      return info(
        `SES sends from ${from} to ${several(recipients.map(({ email }) => email))}, but without a DKIM signature (${sender.dkim ?? 'none is set up'}).`,
        'Publish the DKIM records of the domain: without them mail is often taken for spam.',
      );
    }
    return pass(`SES sends from ${from}, signed, to ${several(recipients.map(({ email }) => email))}.`);
  },
};
