import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { loginAt } from '../../lib/adapters/logins.ts';
import { type Side, withClient } from '../../lib/adapters/postgres/connect.ts';
import { inspectDatabase } from '../../lib/adapters/postgres/inspect.ts';
import { refusePooler } from '../../lib/adapters/postgres/pooler.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  evidence: Evidence;
  secrets: Secrets;
}

export const inspectDatabases = task('InspectDatabases')(async ({ evidence, secrets }: Deps, { lease }) => {
  const inspect = async (side: Side) => {
    const { database } = await evidence.read(lease.run, side);
    const login = await loginAt(secrets, database);
    const found = await withClient(login, { side, run: lease.run, epoch: lease.epoch }, async (client) => {
      await refusePooler(client, login, side);
      return await inspectDatabase(client);
    });
    return { ...found, extensions: [...found.extensions] };
  };
  const [source, target] = await Promise.all([inspect('source'), inspect('target')]);
  await evidence.write(lease.run, 'databases', { source, target });
  return { document: 'databases' };
});

export const handler = onLambda(inspectDatabases, (told) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), told.runs)),
  secrets: secretsManager(new SecretsManagerClient({})),
}));
