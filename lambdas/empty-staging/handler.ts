import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { forgetCollected } from '../../lib/adapters/collected-secrets.ts';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import { type Ledgers, s3Ledgers } from '../../lib/adapters/ledger.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { approvalOf, stagingKeys } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { Subject } from '../../lib/workflow/documents/run.ts';

interface Deps {
  ledgers: Ledgers;
  staging: Documents;
  secrets: Secrets;
}

export const emptyStaging = task('EmptyStaging')(async ({ ledgers, staging, secrets }: Deps, { lease }) => {
  await ledgers.held(lease);
  const staged = await staging.keys(stagingKeys.run(lease.run));
  const tokens = Subject.options.map((subject) => stagingKeys.token(approvalOf(lease.run, subject)));
  await staging.remove([...staged, ...tokens]);
  await forgetCollected(secrets, lease);
  return { deleted: staged.length };
});

export const handler = onLambda(emptyStaging, (environment) => {
  const s3 = new S3Client({});
  return {
    ledgers: s3Ledgers(s3Documents(s3, environment.ledgers)),
    staging: s3Documents(s3, environment.staging),
    secrets: secretsManager(new SecretsManagerClient({})),
  };
});
