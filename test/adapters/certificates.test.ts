import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { mockClient } from 'aws-sdk-client-mock';
import { acm } from '../../lib/adapters/certificates.ts';
import { declared, sdkError } from '../support/declared.ts';

const mock = mockClient(ACMClient);
const certificates = acm(new ACMClient({ region: 'eu-west-1' }));
const arn = 'arn:aws:acm:eu-west-1:111111111111:certificate/1';
beforeEach(() => mock.reset());

test('tells names, state, end and kind of a certificate', async () => {
  mock.on(DescribeCertificateCommand, { CertificateArn: arn }).resolves({
    Certificate: {
      DomainName: 'acme.example.com',
      SubjectAlternativeNames: ['acme.example.com', '*.acme.example.com'],
      Status: 'ISSUED',
      Type: 'AMAZON_ISSUED',
      NotAfter: new Date('2026-12-24T12:00:00Z'),
    },
  });
  expect(await certificates.describe(arn)).toEqual({
    certificate: {
      arn,
      status: 'ISSUED',
      names: ['acme.example.com', '*.acme.example.com'],
      notAfter: '2026-12-24T12:00:00.000Z',
      type: 'AMAZON_ISSUED',
    },
    problem: null,
  });
});

test('one that waits for its validation has no end yet', async () => {
  mock
    .on(DescribeCertificateCommand)
    .resolves({ Certificate: { DomainName: 'a.example.com', Status: 'PENDING_VALIDATION', Type: 'AMAZON_ISSUED' } });
  const { certificate } = await certificates.describe(arn);
  expect(certificate).toMatchObject({ status: 'PENDING_VALIDATION', names: ['a.example.com'], notAfter: null });
});

test('without the right it is listed by its ARN alone, with the problem', async () => {
  mock.on(DescribeCertificateCommand).rejects(sdkError('AccessDeniedException'));
  expect(await certificates.describe(arn)).toEqual({
    certificate: { arn, status: null, names: [], notAfter: null, type: null },
    problem: expect.objectContaining({
      kind: 'not-looked',
      where: arn,
      todo: expect.stringContaining('acm:DescribeCertificate'),
    }),
  });
});

test("IAM's own store is not ACM's to describe", async () => {
  const old = 'arn:aws:iam::111111111111:server-certificate/old';
  const { certificate, problem } = await certificates.describe(old);
  expect([certificate.arn, certificate.status, certificate.type, problem]).toEqual([old, null, 'IAM', null]);
  expect(mock.commandCalls(DescribeCertificateCommand)).toHaveLength(0);
});

test('an answer is not kept from one look to the next', async () => {
  mock
    .on(DescribeCertificateCommand)
    .resolvesOnce({ Certificate: { Status: 'PENDING_VALIDATION' } })
    .resolves({ Certificate: { Status: 'ISSUED' } });
  await certificates.describe(arn);
  expect((await certificates.describe(arn)).certificate.status).toBe('ISSUED');
});

test('any other refusal is ServiceUnavailable', async () => {
  mock.on(DescribeCertificateCommand).rejects(sdkError('ThrottlingException'));
  await expect(certificates.describe(arn)).rejects.toEqual(
    declared('ServiceUnavailable', /certificate\/1: Throttling/),
  );
});
