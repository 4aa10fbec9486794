import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Application, application } from '../../lib/adapters/kubernetes/application.ts';
import { type Survey, surveyCluster } from '../../lib/adapters/kubernetes/survey.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { findTarget, foundNamespace } from '../../lib/adapters/target-application.ts';
import { applicationLogin } from '../../lib/adapters/target-login.ts';
import { addressOf } from '../../lib/domain/address.ts';
import { fingerprint } from '../../lib/domain/digest.ts';
import { databaseProblems } from '../../lib/domain/named-database.ts';
import { whereOf } from '../../lib/domain/run.ts';
import { targetFindings, withoutTargetApplication } from '../../lib/domain/target-findings.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  application: (cluster: string, namespace: string) => Application;
  survey: (cluster: string) => Promise<Survey>;
  secrets: Secrets;
  fingerprintKey: string;
}

export const collectTarget = task('CollectTarget')(async (deps: Deps, { lease, look }) => {
  const { evidence, secrets } = deps;
  const { target } = await evidence.configuration(lease);
  const login = await secrets.login(target.database.loginSecret);
  const secretArn = await secrets.arnOf(target.database.loginSecret);
  const { cluster } = target.eks;
  const survey = target.application && (await deps.survey(cluster));
  const namespace = survey && (target.application?.namespace ?? foundNamespace(survey));
  const app = namespace && deps.application(cluster, namespace);
  const found =
    app && target.application
      ? await findTarget(app, survey, { namespace, ingress: target.application.ingress })
      : null;
  const database = addressOf(secretArn, login, found?.database ?? undefined);
  if (!database) {
    throw new WorkflowError(
      found ? 'TargetNotFound' : 'ConfigurationInvalid',
      found
        ? `Deployment "${found.main.name}" sets neither DATABASE_URL nor POSTGRES_HOST and POSTGRES_DB in clear. Write "host" and "dbname" into secret "${target.database.loginSecret}".`
        : `target.database: secret "${target.database.loginSecret}" has no "host" and "dbname", and no application is given to find them in.`,
    );
  }
  if (!found || !survey || !app || !target.application) {
    await evidence.write(whereOf(lease.run, look), 'target', withoutTargetApplication(database));
    return { document: 'target' };
  }
  const key = await secrets.text(deps.fingerprintKey);
  const findings = targetFindings(found, survey, {
    database,
    applicationLogin: (await applicationLogin(app, found.main, login)).found,
    ingress: await app.ingress(target.application.ingress),
    print: (secret) => fingerprint(key, secret),
  });
  await evidence.write(whereOf(lease.run, look), 'target', {
    ...findings,
    problems: [...findings.problems, ...databaseProblems('target', login, found.database, database)],
  });
  return { document: 'target' };
});

export const handler = onLambda(collectTarget, (told) => {
  const eks = new EKSClient({});
  return {
    evidence: s3Evidence(s3Documents(new S3Client({}), told.runs)),
    application: (cluster, namespace) => application(eks, cluster, namespace),
    survey: (cluster) => surveyCluster(eks, cluster),
    secrets: secretsManager(new SecretsManagerClient({})),
    fingerprintKey: told.fingerprintKey,
  };
});
