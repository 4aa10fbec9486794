import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { loginAt } from '../../lib/adapters/logins.ts';
import { dropScratch, emptyTarget } from '../../lib/adapters/postgres/target.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  secrets: Secrets;
}

export const dropCopy = task('DropCopy')(async ({ ledgers, evidence, secrets }: Deps, { lease }) => {
  const { saved, pointOfNoReturn, holder } = await ledgers.held(lease);
  const { restoring } = saved;
  if (!restoring) return {};
  const plan = await evidence.read(lease.run, 'plan');
  // Only a run that ended well by itself may leave something; after a failure nothing stays.
  const endedWell = holder?.execution === plan.execution;
  if (restoring.into === 'scratch' && plan.keep && endedWell) return {};
  const admin = await loginAt(secrets, (await evidence.read(lease.run, 'target')).database);
  const target = { admin, database: restoring.database, run: lease.run, epoch: lease.epoch };
  await ledgers.effect(lease, { task: 'DropCopy', seconds: tasks.DropCopy.timeoutSeconds }, async () => {
    if (restoring.into === 'scratch') return dropScratch(target);
    if (pointOfNoReturn) {
      throw new WorkflowError(
        'PastPointOfNoReturn',
        `The target of "${lease.migration}" is live since ${pointOfNoReturn}.`,
      );
    }
    return emptyTarget(target);
  });
  return {};
});

export const handler = onLambda(dropCopy, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  secrets: secretsManager(new SecretsManagerClient({})),
}));
