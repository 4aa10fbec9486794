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
import { readLogin } from '../../lib/adapters/logins.ts';
import { type SecretValues, secretValues } from '../../lib/adapters/secret-values.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { findSource } from '../../lib/adapters/source-application.ts';
import { fingerprint } from '../../lib/domain/digest.ts';
import { locateDatabase } from '../../lib/domain/named-database.ts';
import { whereOf } from '../../lib/domain/run.ts';
import type { SourceApplication } from '../../lib/domain/source-application.ts';
import { type Kept, sourceFindings, withoutApplication, wordsToKeep } from '../../lib/domain/source-findings.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import type { SourceFindings } from '../../lib/workflow/documents/collected.ts';
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
  const secret = source.database.loginSecret;
  const login = await readLogin(secrets, 'source', secret);
  const write = async (findings: SourceFindings) => {
    await evidence.write(whereOf(lease.run, look), 'source', findings);
    return { document: 'source' };
  };
  if (!source.ecs) {
    const { database, problems } = locateDatabase('source', secret, login, null, 'no ECS cluster is given');
    return write({ ...withoutApplication(database), problems: database ? [] : [...problems] });
  }
  const expected = 'login' in login ? login.login : {};
  const found = await findSource({ ...deps, values: deps.secretValues }, source.ecs, expected);
  const unnamed = `the task definition of the main backend in "${source.ecs.cluster}" names no whole database by DATABASE_URL, or by POSTGRES_HOST, POSTGRES_PORT and POSTGRES_DB`;
  const { database, problems } = locateDatabase('source', secret, login, found.database, unnamed);
  const kept = await keep(found, (name, value) => keepCollected(secrets, lease, mode, name, value));
  // An unwind that began meanwhile has deleted what was there then; what was kept after that is nobody's.
  await evidence.configuration(lease).catch(async (error: unknown) => {
    const lost = error instanceof WorkflowError && error.name === 'LeaseLost';
    if (lost && mode !== 'cutover') await forgetCollected(secrets, lease);
    throw error;
  });
  const key = await secrets.text(deps.fingerprintKey);
  const findings = sourceFindings(found, { database, kept, print: (secret) => fingerprint(key, secret) });
  return write({ ...findings, problems: [...findings.problems, ...problems] });
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

export const handler = onLambda(collectSource, (environment) => {
  const client = new SecretsManagerClient({});
  return {
    evidence: s3Evidence(s3Documents(new S3Client({}), environment.runs)),
    ecs: ecs(new ECSClient({})),
    scaling: serviceScaling(new ApplicationAutoScalingClient({})),
    secrets: secretsManager(client),
    secretValues: secretValues({
      secretsManager: (region) => (region === null ? client : new SecretsManagerClient({ region })),
      ssm: (region) => new SSMClient(region === null ? {} : { region }),
    }),
    fingerprintKey: environment.fingerprintKey,
  };
});
