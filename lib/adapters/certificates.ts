import { type ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import type { Certificate, Problem } from '../workflow/documents/findings.ts';
import { isDenied, refused } from './refused.ts';

export interface Certificates {
  /** The certificate; or what may be told of it with the problem that kept Passage from reading it. */
  describe(arn: string): Promise<{ certificate: Certificate; problem: Problem | null }>;
}

const unread = (arn: string, type: string | null = null): Certificate => ({
  arn,
  status: null,
  names: [],
  notAfter: null,
  type,
});

export function acm(client: ACMClient): Certificates {
  return {
    async describe(arn) {
      // Of IAM's own store, from before ACM.
      if (arn.includes(':server-certificate/')) return { certificate: unread(arn, 'IAM'), problem: null };
      try {
        const { Certificate: found } = await client.send(new DescribeCertificateCommand({ CertificateArn: arn }));
        return {
          certificate: {
            arn,
            status: found?.Status ?? null,
            names: [...new Set([found?.DomainName ?? [], found?.SubjectAlternativeNames ?? []].flat())],
            notAfter: found?.NotAfter?.toISOString() ?? null,
            type: found?.Type ?? null,
          },
          problem: null,
        };
      } catch (error) {
        if (!isDenied(error)) throw refused(`describe certificate ${arn}`, error);
        return {
          certificate: unread(arn),
          problem: {
            kind: 'not-looked',
            severity: 'INFO',
            what: 'Passage may not describe a certificate: its names, state and end are not known.',
            where: arn,
            todo: 'Its role has acm:DescribeCertificate: see which policy of the organization or permissions boundary denies it.',
          },
        };
      }
    },
  };
}
