import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { type Ecs, ecs } from '../../lib/adapters/ecs.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  ecs: Ecs;
}

export const stopSource = task('StopSource')(async ({ ledgers, evidence, ecs }: Deps, { lease }) => {
  const cluster = (await evidence.configuration(lease)).source.ecs?.cluster ?? '';
  const { services } = await evidence.read(lease.run, 'source');
  const { pointOfNoReturn } = await ledgers.held(lease);
  if (pointOfNoReturn) {
    throw new WorkflowError(
      'PastPointOfNoReturn',
      `Migration "${lease.migration}" was switched at ${pointOfNoReturn}.`,
    );
  }
  // Counts as they are now, not as they were when they were collected.
  const now = await ecs.describe(
    cluster,
    services.map(({ service }) => service),
  );
  const saves = { services: now.map(({ service, desiredCount }) => ({ service, desiredCount })) };
  const effect = { task: 'StopSource', seconds: tasks.StopSource.timeoutSeconds, saves };
  await ledgers.changeHeld(lease, (ledger) => ({ ...ledger, phase: 'freezing', writable: 'none' }));
  await ledgers.effect(lease, effect, async () => {
    for (const { service } of services) await ecs.scale(cluster, service, 0);
  });
  return { services: services.length };
});

export const handler = onLambda(stopSource, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  ecs: ecs(new ECSClient({})),
}));
