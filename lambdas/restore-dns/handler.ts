import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { type Dns, route53 } from '../../lib/adapters/route53.ts';
import { canonical } from '../../lib/domain/digest.ts';
import { batch } from '../../lib/domain/dns.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  dns: Dns;
}

export const restoreDns = task('RestoreDns')(async ({ ledgers, evidence, dns }: Deps, { lease }) => {
  const before = (await ledgers.held(lease)).saved.dns;
  const configured = (await evidence.configuration(lease)).dns;
  if (!before || !configured) return {};
  const now = await dns.records(configured.hostedZoneId, configured.record);
  if (canonical(now) === canonical(before)) return {};
  await ledgers.effect(lease, { task: 'RestoreDns', seconds: tasks.RestoreDns.timeoutSeconds }, () =>
    dns.change(configured.hostedZoneId, batch(now, before), `Passage run ${lease.run}: as before`),
  );
  return {};
});

export const handler = onLambda(restoreDns, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  dns: route53(new Route53Client({})),
}));
