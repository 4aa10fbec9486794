import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { type Dns, route53 } from '../../lib/adapters/route53.ts';
import { batch, isAddress, pointedAt } from '../../lib/domain/dns.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  dns: Dns;
}

export const changeDns = task('ChangeDns')(async ({ ledgers, evidence, dns }: Deps, { lease }) => {
  const configured = (await evidence.configuration(lease)).dns;
  if (!configured) throw new WorkflowError('ConfigurationInvalid', 'dns is missing: there is no name to switch.');
  const { hostedZoneId, record, target, ttlSeconds } = configured;
  const before = await dns.records(hostedZoneId, record);
  const others = before.filter((set) => !isAddress(set) || set.setIdentifier !== null);
  if (others.length > 0) {
    throw new WorkflowError(
      'WorldChanged',
      `${record} has meanwhile got ${others.map(({ type, setIdentifier }) => (setIdentifier === null ? `a ${type} record` : `a routed ${type} record (${setIdentifier})`)).join(', ')}, which the switch would delete. Nothing was switched. Move it to another name.`,
    );
  }
  const effect = { task: 'ChangeDns', seconds: tasks.ChangeDns.timeoutSeconds, saves: { dns: before } };
  await ledgers.changeHeld(lease, (ledger) => ({ ...ledger, phase: 'switching' }));
  const changeId = await ledgers.effect(lease, effect, () =>
    dns.change(
      hostedZoneId,
      batch(before, [pointedAt(record, target, ttlSeconds)]),
      `Passage run ${lease.run}: to the target`,
    ),
  );
  return { changeId };
});

export const handler = onLambda(changeDns, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  dns: route53(new Route53Client({})),
}));
