import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { tryDecryption } from '../../lib/adapters/boot-decryption.ts';
import { sampleMemory } from '../../lib/adapters/boot-memory.ts';
import { bootedIn } from '../../lib/adapters/booted.ts';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type BootPods, bootPods } from '../../lib/adapters/kubernetes/boot-pods.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { loginAt } from '../../lib/adapters/logins.ts';
import { lookAtBooted } from '../../lib/adapters/postgres/scratch-boot.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { changesOf, judgeBoot, timesOf } from '../../lib/domain/boot.ts';
import { saysMigrated } from '../../lib/domain/boot-log.ts';
import { hasPreviousKey } from '../../lib/domain/decryption.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  staging: Documents;
  secrets: Secrets;
  pods: (cluster: string, namespace: string) => BootPods;
  lookAtBooted: typeof lookAtBooted;
  now: () => number;
}

export const measureBoot = task('MeasureBoot')(async (deps: Deps, { lease }) => {
  const { evidence, secrets } = deps;
  const { run, epoch } = lease;
  const booted = await bootedIn(deps, lease);
  const { restoring } = booted.ledger.saved;
  const found = await booted.pods.find();
  const log = found ? await booted.pods.log(found.container) : '';
  const judged = judgeBoot(found, log, deps.now());
  if (judged.kind === 'failed' || !restoring) {
    throw new WorkflowError('BootFailed', judged.kind === 'failed' ? judged.message : 'There is no scratch database.');
  }
  const { pod } = judged;
  const [target, source] = await Promise.all([evidence.read(run, 'target'), evidence.read(run, 'source')]);
  const { database: address, deployments, applicationDatabase } = target;
  const { database } = restoring;
  const admin = await loginAt(secrets, address);
  const look = () => deps.lookAtBooted({ admin, database, run, epoch }, applicationDatabase?.user ?? null);
  // Asked first, so that its session is still there to be seen.
  const health = await booted.health(pod);
  const before = await look();
  if (before.sessions === 0) {
    throw new WorkflowError(
      'BootFailed',
      `The application says that it is healthy, but no session of it is in the scratch database "${database}": it works on another one. Look where its image takes the database from.`,
    );
  }
  const rotating = hasPreviousKey(pod, target, source);
  const decryption = await tryDecryption(booted, pod, { secrets, before, look, rotating });
  if ('refused' in decryption) {
    throw new WorkflowError(
      'EncryptionKeyRefused',
      `${decryption.refused} Put the source's ENCRYPTION_KEY into the Secret that the deployment takes it from.`,
    );
  }
  const memory = await sampleMemory(deps.staging, run, booted.pods);
  const { schemaMigrations } = (await evidence.read(run, 'databases')).source;
  await evidence.write(run, 'boot', {
    deployment: deployments.find(({ role }) => role === 'main-backend')?.name ?? '',
    namespace: booted.namespace,
    pod: pod.name,
    image: pod.image,
    database,
    previewName: booted.previewName,
    changes: changesOf(pod),
    ...timesOf(pod, deps.now()),
    health,
    migrations: {
      logged: saysMigrated(log),
      before: schemaMigrations?.count ?? null,
      after: before.schemaMigrations?.count ?? null,
      newest: before.schemaMigrations?.newest ?? null,
    },
    memory: { ...memory, limit: pod.memoryLimit },
    decryption,
  });
  return {};
});

export const handler = onLambda(measureBoot, (environment) => {
  const s3 = new S3Client({});
  return {
    ...evidenceBucket(s3, environment.ledgers),
    staging: s3Documents(s3, environment.staging),
    secrets: secretsManager(new SecretsManagerClient({})),
    pods: bootPods(new EKSClient({})),
    lookAtBooted,
    now: Date.now,
  };
});
