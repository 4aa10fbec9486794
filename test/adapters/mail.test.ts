import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { mockClient } from 'aws-sdk-client-mock';
import { ses } from '../../lib/adapters/mail.ts';
import { declared, sdkError } from '../support/declared.ts';

const mock = mockClient(SESv2Client);
const send = ses(new SESv2Client({ region: 'eu-west-1' }), 'passage@example.com');
const mail = { to: 'bob@example.com', subject: 'Décidez', text: 'link: https://x/secret', html: '<p>link</p>' };
beforeEach(() => mock.reset());

test('sends one mail to one person, as text and as a page', async () => {
  mock.on(SendEmailCommand).resolves({});
  await send(mail);
  const Charset = 'UTF-8';
  expect(mock.commandCalls(SendEmailCommand)[0]?.args[0].input).toEqual({
    FromEmailAddress: 'passage@example.com',
    Destination: { ToAddresses: ['bob@example.com'] },
    Content: {
      Simple: {
        Subject: { Data: 'Décidez', Charset },
        Body: { Text: { Data: mail.text, Charset }, Html: { Data: mail.html, Charset } },
      },
    },
  });
});

test('a mail that is refused is told by its receiver, without the link', async () => {
  mock.on(SendEmailCommand).rejects(sdkError('MessageRejected', 'Email address is not verified.'));
  const error = await send(mail).catch((refused: unknown) => refused);
  expect(error).toEqual(declared('ServiceUnavailable', /send mail to bob@example\.com: MessageRejected/));
  expect(String(error)).not.toContain('secret');
});
