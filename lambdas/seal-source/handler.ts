import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { proveFence } from '../../lib/adapters/postgres/prove-fence.ts';
import { sealSource as seal } from '../../lib/adapters/postgres/source-fence.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { fencedSource, knownCredentials } from '../../lib/adapters/source-database.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  secrets: Secrets;
}

export const sealSource = task('SealSource')(async ({ ledgers, evidence, secrets }: Deps, { lease }) => {
  await ledgers.held(lease);
  const source = await evidence.read(lease.run, 'source');
  const fenced = await fencedSource(secrets, source, lease);
  // The same proof again, and nothing at all may have changed between the two.
  await proveFence({
    ...fenced,
    knownCredentials: await knownCredentials(secrets, source),
    before: await evidence.read(lease.run, 'fence'),
  });
  await seal(fenced);
  return {};
});

export const handler = onLambda(sealSource, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  secrets: secretsManager(new SecretsManagerClient({})),
}));
