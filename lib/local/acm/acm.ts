import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { openStateFile } from '../state-file.ts';
import { type Authorize, AwsError, type Endpoint } from '../wire/endpoint.ts';
import { epochSeconds, jsonEndpoint, operation } from '../wire/json.ts';

interface AcmOptions {
  /** Holds `certificates.json`. */
  readonly directory: string;
  readonly authorize: Authorize;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
}

export interface Acm {
  readonly endpoint: Endpoint;
  /** Has a certificate for these names, the domain name first; one that is there stays. @returns its ARN */
  createCertificate(certificate: {
    readonly names: readonly [string, ...string[]];
    /** `AMAZON_ISSUED` unless given. */
    readonly type?: Certificate['type'];
    /** `ISSUED` unless given; one of Amazon's that is pending has no dates yet. */
    readonly status?: Certificate['status'];
  }): string;
}

interface Certificate {
  readonly arn: string;
  readonly names: readonly string[];
  readonly type: 'AMAZON_ISSUED' | 'IMPORTED';
  readonly status: 'ISSUED' | 'PENDING_VALIDATION';
  /** Milliseconds since the epoch. */
  readonly created: number;
  notBefore: number;
}

const DAY = 86_400_000;
/** Thirteen months. */
const VALID = 395 * DAY;
/** ACM renews what it issued this long before its end. */
const RENEWS_BEFORE = 60 * DAY;

/** ACM on loopback: certificates as they are described, without keys; nothing is encrypted with them. */
export function createAcm({ directory, authorize, clock, accountId, region }: AcmOptions): Acm {
  const file = openStateFile<{ certificates: Certificate[] }>(join(directory, 'certificates.json'), {
    certificates: [],
  });
  const { certificates } = file.value;
  const prefix = `arn:aws:acm:${region}:${accountId}:certificate/`;

  const renew = (certificate: Certificate): void => {
    if (certificate.type !== 'AMAZON_ISSUED' || certificate.status !== 'ISSUED') return;
    const due = certificate.notBefore + VALID - RENEWS_BEFORE;
    if (clock.now() < due) return;
    certificate.notBefore = clock.now();
    file.save();
  };

  return {
    endpoint: jsonEndpoint({
      service: 'acm',
      targetPrefix: 'CertificateManager',
      version: '1.1',
      operations: {
        DescribeCertificate: operation(
          z.object({ CertificateArn: z.string().min(20).max(2048) }),
          ({ CertificateArn: arn }, { principal }) => {
            if (!/^arn:aws:acm:[^:]+:\d{12}:certificate\/[\w-]+$/.test(arn)) {
              throw new AwsError('InvalidArnException', 400, `Could not validate ${arn} as a certificate ARN.`);
            }
            authorize(principal, 'acm:DescribeCertificate', arn);
            const found = certificates.find((each) => each.arn === arn);
            if (!found) {
              throw new AwsError('ResourceNotFoundException', 400, `Could not find certificate ${arn}.`);
            }
            renew(found);
            return { Certificate: describe(found) };
          },
        ),
      },
    }),
    createCertificate({ names, type = 'AMAZON_ISSUED', status = 'ISSUED' }) {
      const found = certificates.find((each) => each.names.join() === names.join() && each.type === type);
      if (found) return found.arn;
      const now = clock.now();
      const arn = `${prefix}${randomUUID()}`;
      certificates.push({ arn, names, type, status, created: now, notBefore: now });
      file.save();
      return arn;
    },
  };
}

const describe = ({ arn, names, type, status, created, notBefore }: Certificate) => ({
  CertificateArn: arn,
  DomainName: names[0],
  SubjectAlternativeNames: names,
  Status: status,
  Type: type,
  CreatedAt: epochSeconds(created),
  ...(status === 'ISSUED' && {
    NotBefore: epochSeconds(notBefore),
    NotAfter: epochSeconds(notBefore + VALID),
    ...(type === 'AMAZON_ISSUED' ? { IssuedAt: epochSeconds(notBefore) } : { ImportedAt: epochSeconds(created) }),
  }),
  RenewalEligibility: type === 'AMAZON_ISSUED' && status === 'ISSUED' ? 'ELIGIBLE' : 'INELIGIBLE',
});
