import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type ServiceScaling, serviceScaling } from '../../lib/adapters/autoscaling.ts';
import { forgetCollected, keepCollected } from '../../lib/adapters/collected-secrets.ts';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Ecs, ecs } from '../../lib/adapters/ecs.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type SecretValues, secretValues } from '../../lib/adapters/secret-values.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { findSource } from '../../lib/adapters/source-application.ts';
import { addressOf } from '../../lib/domain/address.ts';
import { fingerprint } from '../../lib/domain/digest.ts';
import { databaseProblems } from '../../lib/domain/named-database.ts';
import { whereOf } from '../../lib/domain/run.ts';
import type { SourceApplication } from '../../lib/domain/source-application.ts';
import { type Kept, sourceFindings, withoutApplication, wordsToKeep } from '../../lib/domain/source-findings.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  ecs: Ecs;
  scaling: ServiceScaling;
  secrets: Secrets;
  secretValues: SecretValues;
  fingerprintKey: string;
}

export const collectSource = task('CollectSource')(async (deps: Deps, { lease, look }) => {
  const { evidence, secrets } = deps;
  const { source } = await evidence.configuration(lease);
  const { mode } = await evidence.read(lease.run, 'plan');
  const login = await secrets.login(source.database.loginSecret);
  const secretArn = await secrets.arnOf(source.database.loginSecret);
  const found = source.ecs ? await findSource({ ...deps, values: deps.secretValues }, source.ecs, login) : null;
  const database = addressOf(secretArn, login, found?.database ?? undefined);
  if (!database) {
    throw new WorkflowError(
      found ? 'SourceNotFound' : 'ConfigurationInvalid',
      found
        ? `The task definition of the main backend in "${source.ecs?.cluster}" sets neither DATABASE_URL nor POSTGRES_HOST and POSTGRES_DB. Write "host" and "dbname" into secret "${source.database.loginSecret}".`
        : `source.database: secret "${source.database.loginSecret}" has no "host" and "dbname", and no ECS cluster is given to find them in.`,
    );
  }
  if (!found) {
    await evidence.write(whereOf(lease.run, look), 'source', withoutApplication(database));
    return { document: 'source' };
  }
  const kept = await keep(found, (name, value) => keepCollected(secrets, lease, mode, name, value));
  // An unwind that began meanwhile has deleted what was there then; what was kept after that is nobody's.
  await evidence.configuration(lease).catch(async (error: unknown) => {
    const lost = error instanceof WorkflowError && error.name === 'LeaseLost';
    if (lost && mode !== 'cutover') await forgetCollected(secrets, lease);
    throw error;
  });
  const key = await secrets.text(deps.fingerprintKey);
  const findings = sourceFindings(found, { database, kept, print: (secret) => fingerprint(key, secret) });
  await evidence.write(whereOf(lease.run, look), 'source', {
    ...findings,
    problems: [...findings.problems, ...databaseProblems('source', login, found.database, database)],
  });
  return { document: 'source' };
});

/** Writes every value that moves into Secrets Manager; what comes back is where. */
async function keep(
  found: SourceApplication,
  write: (name: Kept, value: string) => Promise<string>,
): Promise<Map<Kept, string>> {
  const arns = new Map<Kept, string>();
  for (const [name, words] of wordsToKeep(found)) arns.set(name, await write(name, words));
  return arns;
}

export const handler = onLambda(collectSource, (told) => {
  const client = new SecretsManagerClient({});
  return {
    evidence: s3Evidence(s3Documents(new S3Client({}), told.runs)),
    ecs: ecs(new ECSClient({})),
    scaling: serviceScaling(new ApplicationAutoScalingClient({})),
    secrets: secretsManager(client),
    secretValues: secretValues(client, new SSMClient({})),
    fingerprintKey: told.fingerprintKey,
  };
});
