import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Application, application } from '../../lib/adapters/kubernetes/application.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { findTarget } from '../../lib/adapters/target-application.ts';
import { addressOf } from '../../lib/domain/address.ts';
import { fingerprint } from '../../lib/domain/digest.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import type { TargetFindings } from '../../lib/workflow/documents.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  application: (cluster: string, namespace: string) => Application;
  secrets: Secrets;
  fingerprintKey: string;
}

export const collectTarget = task('CollectTarget')(async (deps: Deps, { lease }) => {
  const { evidence, secrets, fingerprintKey } = deps;
  const { target } = await evidence.configuration(lease);
  const login = await secrets.login(target.database.loginSecret);
  const secretArn = await secrets.arnOf(target.database.loginSecret);
  const found = target.application
    ? await findTarget(deps.application(target.eks.cluster, target.application.namespace), target.application.ingress)
    : null;
  const database = addressOf(secretArn, login, found?.database);
  if (!database) {
    throw new WorkflowError(
      'ConfigurationInvalid',
      `target.database: secret "${target.database.loginSecret}" has no "host" and "dbname", and no application is given to find them in.`,
    );
  }
  const findings: TargetFindings = {
    deployments: found?.deployments ?? [],
    imageTag: found?.imageTag ?? null,
    database,
    encryptionKey: found?.encryptionKey
      ? { secretArn: null, fingerprint: fingerprint(await secrets.text(fingerprintKey), found.encryptionKey) }
      : null,
    backend: found && target.application ? { ingress: target.application.ingress, ...found.backend } : null,
  };
  await evidence.write(lease.run, 'target', findings);
  return { document: 'target' };
});

export const handler = onLambda(collectTarget, (told) => {
  const eks = new EKSClient({});
  return {
    evidence: s3Evidence(s3Documents(new S3Client({}), told.runs)),
    application: (cluster, namespace) => application(eks, cluster, namespace),
    secrets: secretsManager(new SecretsManagerClient({})),
    fingerprintKey: told.fingerprintKey,
  };
});
