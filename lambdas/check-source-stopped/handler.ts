import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Ecs, ecs } from '../../lib/adapters/ecs.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  ecs: Ecs;
}

export const checkSourceStopped = task('CheckSourceStopped')(async ({ evidence, ecs }: Deps, { lease }) => {
  const cluster = (await evidence.configuration(lease)).source.ecs?.cluster ?? '';
  const { services } = await evidence.read(lease.run, 'source');
  const now = await ecs.describe(
    cluster,
    services.map(({ service }) => service),
  );
  const running = now.filter(({ runningCount, pendingCount }) => runningCount + pendingCount > 0);
  if (running.length > 0) {
    const list = running.map(
      ({ service, runningCount, pendingCount }) => `${service} (${runningCount + pendingCount})`,
    );
    throw new WorkflowError(
      'SourceStillRunning',
      `Tasks of the source still run: ${list.join(', ')}. They are looked at again.`,
    );
  }
  return {};
});

export const handler = onLambda(checkSourceStopped, (environment) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), environment.ledgers)),
  ecs: ecs(new ECSClient({})),
}));
