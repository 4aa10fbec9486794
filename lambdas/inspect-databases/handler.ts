import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type DatabaseServers, databaseServers } from '../../lib/adapters/database-servers.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { loginAt } from '../../lib/adapters/logins.ts';
import type { Side } from '../../lib/adapters/postgres/connect.ts';
import { extensionsInStore } from '../../lib/adapters/postgres/extensions-in-store.ts';
import { inspectSide, type LookFirst } from '../../lib/adapters/postgres/inspect-side.ts';
import { inspectWorkflows } from '../../lib/adapters/postgres/inspect-workflows.ts';
import { refuseTooLarge } from '../../lib/adapters/postgres/large-rows.ts';
import { refuseUncreatable, refuseUnreadable } from '../../lib/adapters/postgres/missing-rights.ts';
import { refuseSameDatabase } from '../../lib/adapters/postgres/same-database.ts';
import { aliasesOf } from '../../lib/adapters/resolver.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { canaryProblems } from '../../lib/domain/canaries.ts';
import { fingerprint } from '../../lib/domain/digest.ts';
import { growthSince } from '../../lib/domain/growth.ts';
import { whereOf } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  evidence: Evidence;
  ledgers: Ledgers;
  secrets: Secrets;
  servers: DatabaseServers;
  fingerprintKey: string;
  now: () => number;
}

/** Of this function's 120 s; a row that is not found by then is refused by the dump. */
const LOOK_FOR_LARGE_ROWS_MS = 30_000;

/** A network without a way to these APIs must not take the time that the databases need: 2 tries of 2 + 4 s. */
const impatient = { maxAttempts: 2, requestHandler: { connectionTimeout: 2000, requestTimeout: 4000 } };

export const inspectDatabases = task('InspectDatabases')(async (deps: Deps, { lease, look }) => {
  const { evidence, secrets } = deps;
  const { lastRehearsal } = await deps.ledgers.held(lease);
  const key = await secrets.text(deps.fingerprintKey);
  const where = whereOf(lease.run, look);
  const source = await evidence.read(where, 'source');
  const target = await evidence.read(where, 'target');
  const [from, to] = [source.database, target.database];
  // Nobody says where one of them is, of which collecting has made a finding: there is nothing to compare.
  if (!from || !to) return { document: null };
  const { databasesOnly } = await evidence.read(lease.run, 'plan');
  const inspect = async <T>(side: Side, lookFirst: LookFirst<T>) => {
    const [database, { applicationLogin }] = side === 'source' ? [from, source] : [to, target];
    const { server, problems } = await deps.servers.at(database);
    const seen = await inspectSide(
      await loginAt(secrets, database),
      { side, run: lease.run, epoch: lease.epoch },
      { application: applicationLogin?.user ?? null, print: (hash) => fingerprint(key, hash) },
      lookFirst,
    );
    const growth = side === 'source' ? growthSince(lastRehearsal, seen.findings.sizeBytes, deps.now()) : null;
    return { ...seen, findings: { ...seen.findings, growth, server }, problems: [...seen.problems, ...problems] };
  };
  const inSource = await inspect('source', async (client, login) => {
    await refuseUnreadable(client, login);
    await refuseTooLarge(client, login, { withinMs: LOOK_FOR_LARGE_ROWS_MS });
    return inspectWorkflows(client);
  });
  await refuseSameDatabase(await loginAt(secrets, from), await loginAt(secrets, to), lease);
  const extensions = inSource.findings.extensions.map(({ name }) => name);
  const inTarget = await inspect('target', async (client, login) => {
    await refuseUncreatable(client, login, !databasesOnly);
    return extensionsInStore(client, extensions);
  });
  const keyed = source.encryption === null ? null : source.encryptionKey !== null;
  const rotating = source.encryption?.previousKey != null;
  await evidence.write(where, 'databases', {
    source: inSource.findings,
    target: inTarget.findings,
    workflowActivity: inSource.first.activity,
    extensionsInStore: inTarget.first,
    problems: [
      ...inSource.problems,
      ...inSource.first.problems,
      ...inTarget.problems,
      ...canaryProblems(inSource.encrypted, { keyed, rotating }),
    ],
  });
  return { document: 'databases' };
});

export const handler = onLambda(inspectDatabases, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.runs),
  secrets: secretsManager(new SecretsManagerClient({})),
  servers: databaseServers({
    rds: new RDSClient(impatient),
    cloudWatch: new CloudWatchClient(impatient),
    aliasesOf,
    now: Date.now,
  }),
  fingerprintKey: environment.fingerprintKey,
  now: Date.now,
}));
