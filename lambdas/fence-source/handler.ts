import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { fenceSource as fence, previewFence } from '../../lib/adapters/postgres/source-fence.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { fencedSource } from '../../lib/adapters/source-database.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  secrets: Secrets;
}

export const fenceSource = task('FenceSource')(async ({ ledgers, evidence, secrets }: Deps, { lease }) => {
  const { pointOfNoReturn } = await ledgers.held(lease);
  if (pointOfNoReturn) {
    throw new WorkflowError(
      'PastPointOfNoReturn',
      `Migration "${lease.migration}" was switched at ${pointOfNoReturn}.`,
    );
  }
  const source = await fencedSource(secrets, await evidence.read(lease.run, 'source'), lease);
  const saves = { fence: { ...(await previewFence(source)) } };
  // Until the fence stands, nothing in the database would refuse a call that outlives its run: it is waited for.
  const effect = { task: 'FenceSource', seconds: tasks.FenceSource.timeoutSeconds, saves };
  await ledgers.effect(lease, effect, () => fence(source));
  return {};
});

export const handler = onLambda(fenceSource, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  secrets: secretsManager(new SecretsManagerClient({})),
}));
