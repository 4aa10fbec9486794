import type { Collected } from '../../../../lib/domain/preflight/check.ts';
import { type Cases, fine } from '../world.ts';

const { sender, account, recipients } = fine.mail;
const withMail = (more: Partial<Collected['mail']>): Partial<Collected> => ({ mail: { ...fine.mail, ...more } });
/** The same to the second of three, and what differs for her. */
const toBob = (more: Partial<(typeof recipients)[number]>) =>
  recipients.map((one) => (one.email.startsWith('bob') ? { ...one, ...more } : one));

export const cases: Cases = {
  'verified, signed, out of the sandbox': { given: {}, severity: 'PASS', says: /signed, to alice@acme.com, bob/ },
  'without a signature': {
    given: withMail({ sender: { ...sender!, dkim: 'PENDING' } }),
    severity: 'INFO',
    says: /without a DKIM signature \(PENDING\)/,
  },
  'a sender that SES does not know': { given: withMail({ sender: null }), severity: 'INFO', says: /knows neither/ },
  'an account that may not be looked at': { given: withMail({ account: null }), severity: 'INFO', says: /sandbox/ },
  'a domain for examples': {
    given: withMail({ recipients: toBob({ email: 'bob@example.com' }) }),
    severity: 'WARNING',
    says: /bob@example.com/,
  },
  'suppressed after a bounce': {
    given: withMail({ recipients: toBob({ suppressed: 'BOUNCE' }) }),
    severity: 'WARNING',
    says: /drops their mail: bob@acme.com/,
  },
  'a sender that is not verified': {
    given: withMail({ sender: { ...sender!, verified: false } }),
    severity: 'BLOCKER',
    says: /acme.com is not verified/,
  },
  'the sandbox, and somebody who is not verified': {
    given: withMail({ account: { ...account!, sandbox: true }, recipients: toBob({ verified: false }) }),
    severity: 'BLOCKER',
    says: /refuses mail to whom it has not verified: bob@acme.com/,
  },
  'the sandbox, and everybody is verified': {
    given: withMail({
      account: { ...account!, sandbox: true },
      recipients: recipients.map((one) => ({ ...one, verified: true })),
    }),
    severity: 'PASS',
  },
  'sending switched off': {
    given: withMail({ account: { ...account!, sending: false } }),
    severity: 'BLOCKER',
    says: /switched off/,
  },
  'a quota that is used up': {
    given: withMail({ account: { ...account!, leftToday: 5 } }),
    severity: 'BLOCKER',
    says: /takes 5 more mails.*need 6/,
  },
};
