import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { type Authorize, AwsError, type Endpoint, type SignedRequest } from '../wire/endpoint.ts';
import { parseJson, validated } from '../wire/json.ts';
import { json, type RoutedRequest, restEndpoint, route } from '../wire/rest.ts';

/** A mail that was sent, as it lies in the outbox. */
export interface Message {
  readonly id: string;
  /** ISO 8601 */
  readonly sent: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly {
    readonly name: string;
    readonly contentType?: string /** Base64. */;
    readonly content: string;
  }[];
  /** The MIME text, when the mail was given as one. */
  readonly raw?: string;
}

export interface SesOptions {
  /** The outbox: one JSON file a mail, in the order of sending. */
  readonly directory: string;
  readonly authorize: Authorize;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
  /** Verified domains and addresses; AWS refuses every other sender. Default: every sender is verified. */
  readonly identities?: readonly string[];
  /** Whether the account is in the sandbox, where mail goes only to `identities`. Default: it is not. */
  readonly sandbox?: boolean;
  /** The account's suppression list: whom SES sends nothing, and why. */
  readonly suppressed?: Readonly<Record<string, 'BOUNCE' | 'COMPLAINT'>>;
  readonly onMessage?: (message: Message) => void;
}

export interface Ses {
  readonly endpoint: Endpoint;
  /** Every mail of the outbox, the oldest first. */
  messages(): readonly Message[];
}

const addresses = z.array(z.string()).default([]);
const content = z.object({ Data: z.string(), Charset: z.string().optional() });
const sendEmail = z.object({
  FromEmailAddress: z.string().optional(),
  Destination: z.object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses }).optional(),
  ReplyToAddresses: addresses,
  Content: z.object({
    Simple: z
      .object({
        Subject: content,
        Body: z.object({ Text: content.optional(), Html: content.optional() }),
        Headers: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
        Attachments: z
          .array(z.object({ FileName: z.string(), RawContent: z.base64(), ContentType: z.string().optional() }))
          .default([]),
      })
      .optional(),
    Raw: z.object({ Data: z.base64() }).optional(),
  }),
});
type SendEmail = z.output<typeof sendEmail>;

/** SES takes 50 recipients a mail. */
const MOST_RECIPIENTS = 50;

/** SES v2 on loopback: nothing is sent; a mail becomes a file of the outbox. */
export function createSes(options: SesOptions): Ses {
  const { directory, authorize, clock, accountId, region, identities, onMessage } = options;
  mkdirSync(directory, { recursive: true });
  let last = Math.max(0, ...readdirSync(directory).map((name) => Number.parseInt(name, 10) || 0));

  const isIdentity = (name: string): boolean => identities?.includes(name) ?? !name.includes('@');
  /** The identity that answers for a sender: its address when that is verified, else its domain. */
  const identityOf = (sender: string): string => {
    const address = bareAddress(sender);
    const domain = address.slice(address.lastIndexOf('@') + 1);
    const identity = [address, domain].find(isIdentity);
    if (identity) return identity;
    const message = `Email address is not verified. The following identities failed the check in region ${region.toUpperCase()}: ${sender}`;
    throw new AwsError('MessageRejected', 400, message);
  };
  const arnOf = (identity: string): string => `arn:aws:ses:${region}:${accountId}:identity/${identity}`;
  const suppressionOf = (address: string) => options.suppressed?.[bareAddress(address)];

  const store = (message: Message): void => {
    const name = `${String(++last).padStart(6, '0')}-${message.id}.json`;
    writeFileSync(join(directory, `.${name}`), JSON.stringify(message, null, 2), { mode: 0o600 });
    renameSync(join(directory, `.${name}`), join(directory, name));
    onMessage?.(message);
  };

  const send = async (request: SignedRequest) => {
    const input = validated(sendEmail, parseJson(await request.body()));
    const message: Message = { id: randomUUID(), sent: new Date(clock.now()).toISOString(), ...compose(input) };
    const recipients = [...message.to, ...message.cc, ...message.bcc];
    authorize(request.principal, 'ses:SendEmail', arnOf(identityOf(message.from)), {
      'ses:FromAddress': bareAddress(message.from),
      'ses:Recipients': recipients.map(bareAddress),
    });
    if (recipients.length === 0 || recipients.length > MOST_RECIPIENTS) {
      throw new AwsError(
        'BadRequestException',
        400,
        `A mail has 1 to ${MOST_RECIPIENTS} recipients, this one has ${recipients.length}.`,
      );
    }
    if (options.sandbox) recipients.forEach(identityOf);
    // What it takes for somebody on the list it drops, and says nothing.
    if (!recipients.every(suppressionOf)) store(message);
    return json({ MessageId: message.id });
  };

  const identity = ({ principal, parameters: { name = '' } }: RoutedRequest) => {
    authorize(principal, 'ses:GetEmailIdentity', arnOf(name));
    if (!isIdentity(name)) throw notFound(`Email identity ${name} does not exist.`);
    return json({
      IdentityType: name.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
      VerifiedForSendingStatus: true,
      VerificationStatus: 'SUCCESS',
      FeedbackForwardingStatus: true,
      DkimAttributes: name.includes('@')
        ? { SigningEnabled: false, Status: 'NOT_STARTED' }
        : { SigningEnabled: true, Status: 'SUCCESS', SigningAttributesOrigin: 'AWS_SES' },
    });
  };

  const account = ({ principal }: RoutedRequest) => {
    authorize(principal, 'ses:GetAccount', '*');
    return json({
      EnforcementStatus: 'HEALTHY',
      ProductionAccessEnabled: !options.sandbox,
      SendingEnabled: true,
      // What AWS gives an account to begin with, in the sandbox and out of it.
      SendQuota: options.sandbox
        ? { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 0 }
        : { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 0 },
      SuppressionAttributes: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
  };

  const suppression = ({ principal, parameters: { address = '' } }: RoutedRequest) => {
    authorize(principal, 'ses:GetSuppressedDestination', '*');
    const reason = suppressionOf(address);
    if (!reason) throw notFound(`Email address ${address} does not exist on your suppression list.`);
    return json({
      SuppressedDestination: { EmailAddress: address, Reason: reason, LastUpdateTime: clock.now() / 1000 },
    });
  };

  return {
    endpoint: restEndpoint({
      service: 'ses',
      protocol: 'rest-json',
      routes: [
        route('SendEmail', 'POST /v2/email/outbound-emails', send),
        route('GetEmailIdentity', 'GET /v2/email/identities/{name}', identity),
        route('GetAccount', 'GET /v2/email/account', account),
        route('GetSuppressedDestination', 'GET /v2/email/suppression/addresses/{address}', suppression),
      ],
    }),
    messages: () =>
      readdirSync(directory)
        .filter((name) => /^\d.*\.json$/.test(name))
        .sort()
        .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as Message),
  };
}

function compose(input: SendEmail): Omit<Message, 'id' | 'sent'> {
  const { Simple, Raw } = input.Content;
  if (!Simple === !Raw)
    throw new AwsError(
      'BadRequestException',
      400,
      'Content must have either Simple or Raw; templates are not simulated.',
    );
  const given = {
    to: input.Destination?.ToAddresses ?? [],
    cc: input.Destination?.CcAddresses ?? [],
    bcc: input.Destination?.BccAddresses ?? [],
    replyTo: input.ReplyToAddresses,
  };
  if (Simple) {
    if (!input.FromEmailAddress) throw new AwsError('BadRequestException', 400, 'FromEmailAddress must be given.');
    return {
      ...given,
      from: input.FromEmailAddress,
      subject: Simple.Subject.Data,
      ...(Simple.Body.Text && { text: Simple.Body.Text.Data }),
      ...(Simple.Body.Html && { html: Simple.Body.Html.Data }),
      headers: Object.fromEntries(Simple.Headers.map(({ Name, Value }) => [Name, Value])),
      attachments: Simple.Attachments.map(({ FileName, RawContent, ContentType }) => ({
        name: FileName,
        content: RawContent,
        ...(ContentType && { contentType: ContentType }),
      })),
    };
  }
  const raw = Buffer.from(Raw?.Data ?? '', 'base64').toString('utf8');
  const headers = readHeaders(raw);
  const header = (name: string) => Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  const from = input.FromEmailAddress ?? header('from');
  if (!from) throw new AwsError('BadRequestException', 400, 'The mail has no From.');
  // Without a Destination, a raw mail goes to those whom its headers name.
  const list = (name: string) =>
    header(name)
      ?.split(',')
      .map((each) => each.trim()) ?? [];
  return {
    ...given,
    ...(!input.Destination && { to: list('to'), cc: list('cc'), bcc: list('bcc') }),
    from,
    subject: header('subject') ?? '',
    headers,
    attachments: [],
    raw,
  };
}

/** The headers of a MIME text, folded lines joined. */
function readHeaders(raw: string): Record<string, string> {
  const [head = ''] = raw.split(/\r?\n\r?\n/, 1);
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  return Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1).trim()]] : [];
    }),
  );
}

/** `Passage <no-reply@example.com>` → `no-reply@example.com` */
const bareAddress = (sender: string): string => (/<([^>]+)>/.exec(sender)?.[1] ?? sender).trim().toLowerCase();

const notFound = (message: string): AwsError => new AwsError('NotFoundException', 404, message);
