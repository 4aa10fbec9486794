import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  GetSuppressedDestinationCommand,
  type SESv2Client,
} from '@aws-sdk/client-sesv2';
import type { MailFindings } from '../workflow/documents/collected.ts';
import type { Problem } from '../workflow/documents/findings.ts';
import { isDenied, refused } from './refused.ts';

/** What SES says of a sender and of those it is to write to; sends nothing. */
export type InspectMail = (from: string, to: readonly string[]) => Promise<MailFindings>;

type Recipient = MailFindings['recipients'][number];

export const sesInspection =
  (client: SESv2Client): InspectMail =>
  async (from, to) => {
    const problems: Problem[] = [];
    /** Null where there is no such thing, or where Passage may not look, which is a problem of the document. */
    const look = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFoundException') return null;
        if (!isDenied(error)) throw refused(`ask SES about ${what}`, error);
        problems.push({
          kind: 'not-looked',
          severity: 'INFO',
          what: 'Passage may not ask SES about this, so it is not known whether mail is sent.',
          where: what,
          todo: "Deploy Passage's roles of this version; look for a policy of the organization that denies ses:Get….",
        });
        return null;
      }
    };
    const identity = (name: string) =>
      look(`identity ${name}`, async () => {
        const { VerifiedForSendingStatus, DkimAttributes } = await client.send(
          new GetEmailIdentityCommand({ EmailIdentity: name }),
        );
        return { identity: name, verified: VerifiedForSendingStatus ?? false, dkim: DkimAttributes?.Status ?? null };
      });
    /** SES takes the address where that is an identity by itself, else its domain. */
    const identityOf = async (address: string) => (await identity(address)) ?? (await identity(domainOf(address)));

    const account = await look('the account', async () => {
      const { ProductionAccessEnabled, SendingEnabled, SendQuota } = await client.send(new GetAccountCommand({}));
      return {
        sandbox: !ProductionAccessEnabled,
        sending: SendingEnabled ?? false,
        leftToday:
          SendQuota?.Max24HourSend === undefined || SendQuota.Max24HourSend < 0
            ? null
            : Math.max(0, Math.floor(SendQuota.Max24HourSend - (SendQuota.SentLast24Hours ?? 0))),
      };
    });
    const suppressed = (email: string): Promise<Recipient['suppressed']> =>
      look(`suppressed destination ${email}`, async () => {
        const { SuppressedDestination } = await client.send(
          new GetSuppressedDestinationCommand({ EmailAddress: email }),
        );
        return SuppressedDestination?.Reason ?? null;
      });
    const recipients: Recipient[] = [];
    for (const email of to) {
      recipients.push({
        email,
        suppressed: await suppressed(email),
        // Only in the sandbox does it matter who they are.
        verified: account?.sandbox ? ((await identityOf(email))?.verified ?? false) : null,
      });
    }
    return { from, sender: await identityOf(from), account, recipients, problems };
  };

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
