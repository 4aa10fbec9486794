import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { type Acm, createAcm } from '../../../lib/local/acm/acm.ts';
import { type Account, accountId, region, startAccount } from '../account.ts';

const DAY = 86_400_000;
let account: Account;
let acm: Acm;
let arn: string;

beforeAll(async () => {
  account = await startAccount((context) => {
    acm = createAcm({ ...context, accountId, region });
    return [acm.endpoint];
  });
  arn = acm.createCertificate({ names: ['acme.example.com', '*.acme.example.com'] });
});
afterAll(() => account.close());
afterEach(() => {
  account.clock.skew = 0;
});

const look = async (CertificateArn: string, keys?: Parameters<Account['client']>[0]) => {
  const client = new ACMClient({ ...account.client(keys), systemClockOffset: account.clock.skew });
  return (await client.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
};
const daysLeft = async (of: string): Promise<number> =>
  Math.round(((await look(of))!.NotAfter!.getTime() - account.clock.now()) / DAY);

test('a certificate is described as the SDK reads it', async () => {
  expect(arn).toMatch(new RegExp(`^arn:aws:acm:${region}:${accountId}:certificate/[0-9a-f-]{36}$`));
  expect(await look(arn)).toMatchObject({
    CertificateArn: arn,
    DomainName: 'acme.example.com',
    SubjectAlternativeNames: ['acme.example.com', '*.acme.example.com'],
    Status: 'ISSUED',
    Type: 'AMAZON_ISSUED',
    RenewalEligibility: 'ELIGIBLE',
    IssuedAt: expect.any(Date),
    NotBefore: expect.any(Date),
  });
  expect(await daysLeft(arn)).toBe(395);
});

test('one for the same names stays, with its ARN; it is kept on disk', () => {
  expect(acm.createCertificate({ names: ['acme.example.com', '*.acme.example.com'] })).toBe(arn);
  expect(acm.createCertificate({ names: ['acme.example.com'] })).not.toBe(arn);
  const again = createAcm({
    directory: account.directory,
    authorize: () => {},
    clock: account.clock,
    accountId,
    region,
  });
  expect(again.createCertificate({ names: ['acme.example.com', '*.acme.example.com'] })).toBe(arn);
  expect(readFileSync(join(account.directory, 'certificates.json'), 'utf8')).toContain(arn);
});

test('what ACM issued is renewed sixty days before its end; what was imported is not', async () => {
  const own = acm.createCertificate({ names: ['own.example.com'], type: 'IMPORTED' });
  account.clock.skew = 300 * DAY;
  expect([await daysLeft(arn), await daysLeft(own)]).toEqual([95, 95]);
  account.clock.skew = 336 * DAY;
  expect([await daysLeft(arn), await daysLeft(own)]).toEqual([395, 59]);
  expect(await look(own)).toMatchObject({ RenewalEligibility: 'INELIGIBLE', ImportedAt: expect.any(Date) });
});

test('one that waits for its validation has no dates', async () => {
  const pending = await look(acm.createCertificate({ names: ['new.example.com'], status: 'PENDING_VALIDATION' }));
  expect(pending).toMatchObject({ Status: 'PENDING_VALIDATION', CreatedAt: expect.any(Date) });
  expect([pending?.NotBefore, pending?.NotAfter, pending?.IssuedAt]).toEqual([undefined, undefined, undefined]);
});

test('only who may describe a certificate may describe it', async () => {
  const statement = { Effect: 'Allow', Action: 'acm:DescribeCertificate', Resource: arn };
  await expect(look(arn, account.role('Reader', statement))).resolves.toMatchObject({ CertificateArn: arn });
  const other = { ...statement, Resource: `${arn}x` };
  await expect(look(arn, account.role('Other', other))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('acm:DescribeCertificate'),
  });
});

test('ARNs that are none, and certificates that are not there, are said', async () => {
  await expect(look(`arn:aws:iam::${accountId}:server-certificate/old`)).rejects.toMatchObject({
    name: 'InvalidArnException',
  });
  await expect(look(arn.replace(/.$/, '!'))).rejects.toMatchObject({ name: 'InvalidArnException' });
  await expect(look(`${arn}0`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
