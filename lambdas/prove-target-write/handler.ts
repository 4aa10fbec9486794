import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type Application, application } from '../../lib/adapters/kubernetes/application.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { knownAddress } from '../../lib/adapters/logins.ts';
import { proveWrite } from '../../lib/adapters/postgres/prove-write.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { applicationLogin } from '../../lib/adapters/target-login.ts';
import { namespaceOf } from '../../lib/adapters/target-namespace.ts';
import { MAIN_BACKEND } from '../../lib/domain/target-application.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  secrets: Secrets;
  application: (cluster: string, namespace: string) => Application;
  proveWrite: typeof proveWrite;
  now: () => number;
}

export const proveTargetWrite = task('ProveTargetWrite')(async (deps: Deps, { lease }) => {
  const { evidence, secrets } = deps;
  const { target } = await evidence.configuration(lease);
  if (!target.application) {
    throw new WorkflowError('TargetNotFound', `Migration "${lease.migration}" names no application on the target.`);
  }
  const app = deps.application(target.eks.cluster, await namespaceOf(evidence, lease, target.application));
  const main = (await app.deployments()).find(({ role }) => role === MAIN_BACKEND);
  if (!main) {
    throw new WorkflowError(
      'TargetNotFound',
      'The main backend that was seen before is gone from the target; install it again.',
    );
  }
  const database = knownAddress((await evidence.read(lease.run, 'target')).database);
  const own = await secrets.login(database.secretArn);
  // Read anew: what pods sign in with when they start is what counts.
  const { found, password } = await applicationLogin(app, { ...main, ...(await app.environment(main)) }, own);
  const { user } = found;
  // As the frozen source had them: what the application could not do there is not asked for here.
  const before = (await evidence.read(lease.run, 'fence')).applicationRights;
  await deps.ledgers.held(lease);
  const proof =
    user === null || password === null ? null : await deps.proveWrite({ ...database, user, password }, lease, before);
  await evidence.write(lease.run, 'target-write', {
    at: new Date(deps.now()).toISOString(),
    login: found,
    tried: proof && { table: proof.table, settings: [...proof.settings], notes: [...proof.notes] },
  });
  return {};
});

export const handler = onLambda(proveTargetWrite, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  secrets: secretsManager(new SecretsManagerClient({})),
  application: application(new EKSClient({})),
  proveWrite,
  now: Date.now,
}));
