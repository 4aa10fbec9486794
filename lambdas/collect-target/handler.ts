import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Application, application } from '../../lib/adapters/kubernetes/application.ts';
import { type Survey, surveyCluster } from '../../lib/adapters/kubernetes/survey.ts';
import { readLogin } from '../../lib/adapters/logins.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { lookForTarget } from '../../lib/adapters/target-application.ts';
import { applicationLogin } from '../../lib/adapters/target-login.ts';
import { fingerprint } from '../../lib/domain/digest.ts';
import { locateDatabase } from '../../lib/domain/named-database.ts';
import { whereOf } from '../../lib/domain/run.ts';
import { missingTarget, targetFindings, withoutTargetApplication } from '../../lib/domain/target-findings.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import type { TargetFindings } from '../../lib/workflow/documents/collected.ts';

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
  const secret = target.database.loginSecret;
  const login = await readLogin(secrets, 'target', secret);
  const write = async (findings: TargetFindings) => {
    await evidence.write(whereOf(lease.run, look), 'target', findings);
    return { document: 'target' };
  };
  if (!target.application) {
    const { database, problems } = locateDatabase('target', secret, login, null, 'no application is given');
    return write({ ...withoutTargetApplication(database), problems: database ? [] : [...problems] });
  }
  const looked = await lookForTarget(deps, target.eks.cluster, target.application);
  if (!looked.found) {
    const { database, problems } = locateDatabase('target', secret, login, null, 'its application was not found');
    const findings = missingTarget(database, looked.survey, looked.problem);
    return write({ ...findings, problems: [...findings.problems, ...(database ? [] : problems)] });
  }
  const { found, application: app, survey } = looked;
  const unnamed = `deployment "${found.main.name}" names no whole database in clear by DATABASE_URL, or by POSTGRES_HOST, POSTGRES_PORT and POSTGRES_DB`;
  const { database, problems } = locateDatabase('target', secret, login, found.database, unnamed);
  const key = await secrets.text(deps.fingerprintKey);
  const own = 'login' in login ? login.login : null;
  const findings = targetFindings(found, survey, {
    database,
    applicationLogin: (await applicationLogin(app, found.main, own)).found,
    print: (text) => fingerprint(key, text),
  });
  return write({ ...findings, problems: [...findings.problems, ...problems] });
});

export const handler = onLambda(collectTarget, (environment) => {
  const eks = new EKSClient({});
  return {
    evidence: s3Evidence(s3Documents(new S3Client({}), environment.runs)),
    application: application(eks),
    survey: (cluster) => surveyCluster(eks, cluster),
    secrets: secretsManager(new SecretsManagerClient({})),
    fingerprintKey: environment.fingerprintKey,
  };
});
