import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { type Ecs, ecs } from '../../lib/adapters/ecs.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  ecs: Ecs;
}

export const startSource = task('StartSource')(async ({ ledgers, evidence, ecs }: Deps, { lease }) => {
  const { services } = (await ledgers.held(lease)).saved;
  const cluster = (await evidence.configuration(lease)).source.ecs?.cluster;
  if (services && cluster) {
    await ledgers.effect(lease, { task: 'StartSource', seconds: tasks.StartSource.timeoutSeconds }, async () => {
      for (const { service, desiredCount } of services) await ecs.scale(cluster, service, desiredCount);
    });
  }
  await ledgers.changeHeld(lease, (ledger) => ({ ...ledger, writable: 'source' }));
  return {};
});

export const handler = onLambda(startSource, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  ecs: ecs(new ECSClient({})),
}));
