import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { knownAddress, loginAt } from '../../lib/adapters/logins.ts';
import { scratchDatabaseName } from '../../lib/adapters/postgres/names.ts';
import { prepareTarget as prepare } from '../../lib/adapters/postgres/target.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { sessions } from '../../lib/copier/contract.ts';
import { stagingKeys } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  secrets: Secrets;
  bucket: string;
  seconds: number;
}

export const prepareTarget = task('PrepareTarget')(async (deps: Deps, { lease, copy, into }) => {
  const { ledgers, evidence, secrets, bucket } = deps;
  const [source, target, databases] = await Promise.all([
    evidence.read(lease.run, 'source'),
    evidence.read(lease.run, 'target'),
    evidence.read(lease.run, 'databases'),
  ]);
  const address = knownAddress(target.database);
  const database = into === 'scratch' ? scratchDatabaseName(lease.run) : address.database;
  const admin = await loginAt(secrets, address);
  const effect = { task: 'PrepareTarget', seconds: deps.seconds, saves: { restoring: { database, into } } };
  await ledgers.effect(lease, effect, async ({ pointOfNoReturn }) => {
    if (pointOfNoReturn) {
      throw new WorkflowError(
        'PastPointOfNoReturn',
        `Migration "${lease.migration}" passed its point of no return at ${pointOfNoReturn}: its target is never restored over.`,
      );
    }
    const { encoding, collation, major } = databases.source;
    await prepare({ admin, database, run: lease.run, epoch: lease.epoch, encoding, collation, major });
  });
  const configuration = await evidence.configuration(lease);
  const { grants, leaveOut } = configuration.copy ?? {};
  const shared = {
    run: lease.run,
    epoch: lease.epoch,
    copy,
    staging: { bucket, prefix: stagingKeys.copy(lease.run, copy, into, lease.epoch) },
    lockKey: `${address.host}:${address.port}/${address.database}`,
    source: knownAddress(source.database),
    ...(grants && { grants }),
    ...(leaveOut && { leaveOut }),
    heartbeatSeconds: 10,
  };
  const { throttle } = configuration.source.database;
  return {
    dump: { ...shared, workers: sessions.dump, ...(throttle && { throttle }) },
    restore: { ...shared, workers: sessions.restore, target: { ...address, database } },
  };
});

export const handler = onLambda(prepareTarget, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  secrets: secretsManager(new SecretsManagerClient({})),
  bucket: environment.staging,
  seconds: tasks.PrepareTarget.timeoutSeconds,
}));
