import { join } from 'node:path';
import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  GetSuppressedDestinationCommand,
  SESv2Client,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { createSes, type Message, type Ses } from '../../../lib/local/ses/ses.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';

let account: Account;
let ses: Ses;
let client: SESv2Client;
const told: Message[] = [];
const from = 'Passage <no-reply@example.com>';

beforeAll(async () => {
  account = await startAccount((context) => {
    const directory = join(context.directory, 'outbox');
    ses = createSes({
      ...context,
      directory,
      accountId,
      region,
      identities: ['example.com'],
      onMessage: (mail) => told.push(mail),
    });
    return [ses.endpoint];
  });
  client = new SESv2Client(account.client());
});
afterAll(() => account.close());

const mail = (more: object = {}) => ({
  FromEmailAddress: from,
  Destination: { ToAddresses: ['ada@example.org'], BccAddresses: ['audit@example.org'] },
  Content: {
    Simple: {
      Subject: { Data: 'Decide: go ä' },
      Body: { Text: { Data: 'text' }, Html: { Data: '<p>html</p>' } },
      Headers: [{ Name: 'X-Run', Value: 'r1' }],
      Attachments: [{ FileName: 'report.html', RawContent: Buffer.from('<html>'), ContentType: 'text/html' }],
    },
  },
  ...more,
});

test('a mail lands in the outbox as it was composed', async () => {
  const { MessageId } = await client.send(new SendEmailCommand(mail()));
  expect(ses.messages()).toEqual([
    {
      ...{ id: MessageId, sent: expect.any(String), from, subject: 'Decide: go ä', text: 'text', html: '<p>html</p>' },
      ...{ to: ['ada@example.org'], cc: [], bcc: ['audit@example.org'], replyTo: [], headers: { 'X-Run': 'r1' } },
      attachments: [
        { name: 'report.html', contentType: 'text/html', content: Buffer.from('<html>').toString('base64') },
      ],
    },
  ]);
  expect(told).toEqual(ses.messages());
});

test('a raw mail goes to those whom its headers name', async () => {
  const raw = [
    'From: no-reply@example.com',
    'To: Ada <ada@example.org>,',
    ' bob@example.org',
    'Subject: folded',
    ' subject',
    '',
    'body: not a header',
  ];
  await client.send(new SendEmailCommand({ Content: { Raw: { Data: Buffer.from(raw.join('\r\n')) } } }));
  expect(ses.messages().at(-1)).toMatchObject({
    from: 'no-reply@example.com',
    to: ['Ada <ada@example.org>', 'bob@example.org'],
    subject: 'folded subject',
    raw: expect.stringContaining('body: not a header'),
  });
});

test('a sender that nobody verified is refused', async () => {
  const send = client.send(new SendEmailCommand(mail({ FromEmailAddress: 'x@evil.example.com' })));
  await expect(send).rejects.toMatchObject({
    name: 'MessageRejected',
    message: expect.stringContaining('not verified'),
  });
});

test('a mail without recipients, or with a template, is refused', async () => {
  await expect(client.send(new SendEmailCommand(mail({ Destination: {} })))).rejects.toMatchObject({
    name: 'BadRequestException',
  });
  const template = mail({ Content: { Template: { TemplateName: 't' } } });
  await expect(client.send(new SendEmailCommand(template))).rejects.toThrow('templates are not simulated');
});

test('a role sends only as the identity and to the recipients that its policy names', async () => {
  const statement = {
    Effect: 'Allow',
    Action: 'ses:SendEmail',
    Resource: `arn:aws:ses:${region}:${accountId}:identity/example.com`,
    Condition: { 'ForAllValues:StringLike': { 'ses:Recipients': ['*@example.org'] } },
  };
  const sender = new SESv2Client(account.client(account.role('Mailer', statement)));
  await sender.send(new SendEmailCommand(mail()));
  const outside = new SendEmailCommand(mail({ Destination: { ToAddresses: ['ada@example.org', 'eve@evil.example'] } }));
  await expect(sender.send(outside)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('the outbox survives a restart and goes on in its order', async () => {
  const before = ses.messages();
  const directory = join(account.directory, 'outbox');
  const again = await startAccount((context) => [createSes({ ...context, directory, accountId, region }).endpoint]);
  try {
    const { MessageId } = await new SESv2Client(again.client()).send(new SendEmailCommand(mail()));
    expect(ses.messages().map(({ id }) => id)).toEqual([...before.map(({ id }) => id), MessageId]);
  } finally {
    await again.close();
  }
});

describe('what the account is asked about', () => {
  test('an identity is verified, and signed where it is a domain; of others nothing is known', async () => {
    expect(await client.send(new GetEmailIdentityCommand({ EmailIdentity: 'example.com' }))).toMatchObject({
      IdentityType: 'DOMAIN',
      VerifiedForSendingStatus: true,
      DkimAttributes: { Status: 'SUCCESS' },
    });
    const unknown = client.send(new GetEmailIdentityCommand({ EmailIdentity: 'ada@example.org' }));
    await expect(unknown).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  test('it is out of the sandbox, and nobody is on its suppression list', async () => {
    expect(await client.send(new GetAccountCommand({}))).toMatchObject({
      ProductionAccessEnabled: true,
      SendingEnabled: true,
      SendQuota: { Max24HourSend: 50_000 },
    });
    const listed = client.send(new GetSuppressedDestinationCommand({ EmailAddress: 'ada@example.org' }));
    await expect(listed).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});

describe('in the sandbox', () => {
  let sandbox: Account;
  let inSandbox: SESv2Client;
  let outbox: Ses;

  beforeAll(async () => {
    sandbox = await startAccount((context) => {
      outbox = createSes({
        ...context,
        directory: join(context.directory, 'sandbox'),
        accountId,
        region,
        identities: ['example.com', 'ada@example.org', 'gone@example.org'],
        sandbox: true,
        suppressed: { 'gone@example.org': 'BOUNCE' },
      });
      return [outbox.endpoint];
    });
    inSandbox = new SESv2Client(sandbox.client());
  });
  afterAll(() => sandbox.close());
  const to = (...ToAddresses: string[]) => inSandbox.send(new SendEmailCommand(mail({ Destination: { ToAddresses } })));

  test('mail goes to verified addresses and domains only', async () => {
    await to('ada@example.org', 'bob@example.com');
    await expect(to('eve@example.org')).rejects.toMatchObject({
      name: 'MessageRejected',
      message: expect.stringContaining('eve@example.org'),
    });
    expect(outbox.messages()).toHaveLength(1);
  });

  test('mail to somebody on the suppression list is taken and dropped', async () => {
    await to('gone@example.org');
    expect(outbox.messages().filter(({ to: [first] }) => first === 'gone@example.org')).toEqual([]);
    const { SuppressedDestination } = await inSandbox.send(
      new GetSuppressedDestinationCommand({ EmailAddress: 'gone@example.org' }),
    );
    expect(SuppressedDestination).toMatchObject({ Reason: 'BOUNCE', LastUpdateTime: expect.any(Date) });
  });
});
