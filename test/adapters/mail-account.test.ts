import { join } from 'node:path';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { sesInspection } from '../../lib/adapters/mail-account.ts';
import { createSes, type SesOptions } from '../../lib/local/ses/ses.ts';
import { MailFindings } from '../../lib/workflow/documents/collected.ts';
import { type Account, accountId, region, startAccount } from '../local/account.ts';

const accounts: Account[] = [];
afterAll(async () => {
  for (const account of accounts) await account.close();
});

/** An account whose SES is as told, and how to ask it: as its administrator, or as a role with these statements. */
async function asking(told: Partial<SesOptions>, ...statements: object[]) {
  const account = await startAccount((context) => [
    createSes({ ...context, directory: join(context.directory, 'outbox'), accountId, region, ...told }).endpoint,
  ]);
  accounts.push(account);
  const keys = statements.length > 0 ? account.role('CollectMail', ...statements) : undefined;
  return sesInspection(new SESv2Client(account.client(keys)));
}

test('what SES says of sender and approvers, over the wire', async () => {
  const ask = await asking({ identities: ['acme.com'], suppressed: { 'bob@acme.com': 'COMPLAINT' } });
  const found = await ask('passage@acme.com', ['alice@acme.com', 'bob@acme.com']);
  expect(MailFindings.parse(found)).toEqual({
    from: 'passage@acme.com',
    sender: { identity: 'acme.com', verified: true, dkim: 'SUCCESS' },
    account: { sandbox: false, sending: true, leftToday: 50_000 },
    recipients: [
      { email: 'alice@acme.com', suppressed: null, verified: null },
      { email: 'bob@acme.com', suppressed: 'COMPLAINT', verified: null },
    ],
    problems: [],
  });
});

test('in the sandbox each approver is looked up, by the address and then by its domain', async () => {
  const ask = await asking({ identities: ['passage@acme.com', 'alice@acme.com', 'acme.org'], sandbox: true });
  const found = await ask('passage@acme.com', ['alice@acme.com', 'bob@acme.com', 'carol@acme.org']);
  expect(found.sender).toEqual({ identity: 'passage@acme.com', verified: true, dkim: 'NOT_STARTED' });
  expect(found.account).toMatchObject({ sandbox: true, leftToday: 200 });
  expect(found.recipients.map(({ verified }) => verified)).toEqual([true, false, true]);
});

test('what Passage may not ask is a problem, and the rest is learned', async () => {
  const identity = `arn:aws:ses:${region}:${accountId}:identity/acme.com`;
  const ask = await asking(
    { identities: ['acme.com'] },
    { Effect: 'Allow', Action: 'ses:GetEmailIdentity', Resource: [identity, `${identity.replace('acme', 'x@acme')}`] },
  );
  const found = await ask('x@acme.com', ['alice@acme.com']);
  expect(found.sender).toMatchObject({ identity: 'acme.com', verified: true });
  expect(found.account).toBeNull();
  expect(found.problems.map(({ kind, where }) => [kind, where])).toEqual([
    ['not-looked', 'the account'],
    ['not-looked', 'suppressed destination alice@acme.com'],
  ]);
});
