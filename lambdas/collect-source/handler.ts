import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Ecs, ecs } from '../../lib/adapters/ecs.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { findSource } from '../../lib/adapters/source-application.ts';
import { addressOf } from '../../lib/domain/address.ts';
import { fingerprint } from '../../lib/domain/digest.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import type { SourceFindings } from '../../lib/workflow/documents.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  ecs: Ecs;
  secrets: Secrets;
  fingerprintKey: string;
}

export const collectSource = task('CollectSource')(
  async ({ evidence, ecs, secrets, fingerprintKey }: Deps, { lease }) => {
    const { source } = await evidence.configuration(lease);
    const login = await secrets.login(source.database.loginSecret);
    const secretArn = await secrets.arnOf(source.database.loginSecret);
    const found = source.ecs ? await findSource(ecs, secrets, source.ecs.cluster) : null;
    const database = addressOf(secretArn, login, found?.database);
    if (!database) {
      throw new WorkflowError(
        'ConfigurationInvalid',
        `source.database: secret "${source.database.loginSecret}" has no "host" and "dbname", and no ECS cluster is given to find them in.`,
      );
    }
    const collected = (name: string, value: string) =>
      secrets.write(`passage/${lease.migration}/collected/${name}`, value);
    const findings: SourceFindings = {
      services: found?.services ?? [],
      imageTag: found?.imageTag ?? null,
      database,
      applicationLogin: found && {
        user: found.database.user,
        secretArn: await collected(
          'application-login',
          JSON.stringify({ username: found.database.user, password: found.database.password }),
        ),
      },
      encryptionKey: found?.encryptionKey
        ? {
            secretArn: await collected('encryption-key', found.encryptionKey),
            fingerprint: fingerprint(await secrets.text(fingerprintKey), found.encryptionKey),
          }
        : null,
      encryptionMode: found?.encryptionMode ?? null,
    };
    await evidence.write(lease.run, 'source', findings);
    return { document: 'source' };
  },
);

export const handler = onLambda(collectSource, (told) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), told.runs)),
  ecs: ecs(new ECSClient({})),
  secrets: secretsManager(new SecretsManagerClient({})),
  fingerprintKey: told.fingerprintKey,
}));
