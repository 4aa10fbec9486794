import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Dns, route53 } from '../../lib/adapters/route53.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  evidence: Evidence;
  dns: Dns;
}

export const collectDns = task('CollectDns')(async ({ evidence, dns }: Deps, { lease }) => {
  const configured = (await evidence.configuration(lease)).dns;
  await evidence.write(
    lease.run,
    'dns',
    configured
      ? {
          zone: (await dns.zone(configured.hostedZoneId)).name,
          records: await dns.records(configured.hostedZoneId, configured.record),
        }
      : { zone: null, records: [] },
  );
  return { document: 'dns' };
});

export const handler = onLambda(collectDns, (told) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), told.runs)),
  dns: route53(new Route53Client({})),
}));
