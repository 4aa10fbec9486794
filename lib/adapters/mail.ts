import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Mail } from '../pages/mail.ts';
import { refused } from './refused.ts';

export type SendMail = (mail: Mail) => Promise<void>;

export const ses =
  (client: SESv2Client, from: string): SendMail =>
  async ({ to, subject, text, html }) => {
    const part = (Data: string) => ({ Data, Charset: 'UTF-8' });
    try {
      await client.send(
        new SendEmailCommand({
          FromEmailAddress: from,
          Destination: { ToAddresses: [to] },
          Content: { Simple: { Subject: part(subject), Body: { Text: part(text), Html: part(html) } } },
        }),
      );
    } catch (error) {
      throw refused(`send mail to ${to}`, error);
    }
  };
