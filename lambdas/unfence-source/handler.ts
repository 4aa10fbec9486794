import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { unfenceSource as unfence } from '../../lib/adapters/postgres/source-fence.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { fencedSource } from '../../lib/adapters/source-database.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  secrets: Secrets;
}

export const unfenceSource = task('UnfenceSource')(async ({ ledgers, evidence, secrets }: Deps, { lease }) => {
  // Saved in the ledger before the fence was put up; what exactly to undo stands in the database beside it.
  const { saved, pointOfNoReturn } = await ledgers.held(lease);
  if (!saved.fence) return {};
  if (pointOfNoReturn) {
    throw new WorkflowError(
      'PastPointOfNoReturn',
      `Migration "${lease.migration}" was switched at ${pointOfNoReturn}: nothing opens its source by itself any more. Going back is done by hand (docs/runbook.md#pastpointofnoreturn).`,
    );
  }
  // Whoever holds the lease now is the only one who could still write a point of no return, and unwind does not.
  const source = await fencedSource(secrets, await evidence.read(lease.run, 'source'), lease);
  await unfence({ ...source, evenSealed: true });
  return {};
});

export const handler = onLambda(unfenceSource, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  secrets: secretsManager(new SecretsManagerClient({})),
}));
