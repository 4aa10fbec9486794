import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Client } from 'pg';
import { type DatabaseServers, databaseServers } from '../../lib/adapters/database-servers.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { loginAt } from '../../lib/adapters/logins.ts';
import { type Login, type Side, withClient } from '../../lib/adapters/postgres/connect.ts';
import { extensionsInStore } from '../../lib/adapters/postgres/extensions-in-store.ts';
import { inspectDatabase } from '../../lib/adapters/postgres/inspect.ts';
import { inspectContents } from '../../lib/adapters/postgres/inspect-contents.ts';
import { inspectSessions } from '../../lib/adapters/postgres/inspect-sessions.ts';
import { inspectWorkflows } from '../../lib/adapters/postgres/inspect-workflows.ts';
import { refuseTooLarge } from '../../lib/adapters/postgres/large-rows.ts';
import { refuseUncreatable, refuseUnreadable } from '../../lib/adapters/postgres/missing-rights.ts';
import { refusePooler } from '../../lib/adapters/postgres/pooler.ts';
import { refuseSameDatabase } from '../../lib/adapters/postgres/same-database.ts';
import { readSourceRights } from '../../lib/adapters/postgres/source-rights.ts';
import { aliasesOf } from '../../lib/adapters/resolver.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { canariesOf, canaryProblems } from '../../lib/domain/canaries.ts';
import { fingerprint } from '../../lib/domain/digest.ts';
import { growthSince } from '../../lib/domain/growth.ts';
import { whereOf } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

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
  const application = await evidence.read(where, 'source');
  const { database: from } = application;
  const { database: to } = await evidence.read(where, 'target');
  // Nobody says where one of them is, of which collecting has made a finding: there is nothing to compare.
  if (!from || !to) return { document: null };
  const { databasesOnly } = await evidence.read(lease.run, 'plan');
  const inspect = async <T>(side: Side, lookFirst: (client: Client, login: Login) => Promise<T>) => {
    const database = side === 'source' ? from : to;
    const login = await loginAt(secrets, database);
    const { server, problems: unseen } = await deps.servers.at(database);
    const as = { side, run: lease.run, epoch: lease.epoch };
    const uses =
      side === 'source' ? application.applicationLogin : (await evidence.read(where, 'target')).applicationLogin;
    const inspected = await withClient(login, as, async (client) => {
      await refusePooler(client, login, side);
      const seen = await lookFirst(client, login);
      const found = await inspectDatabase(client);
      const { encrypted, problems, ...contents } = await inspectContents(client);
      const growth = side === 'source' ? growthSince(lastRehearsal, found.sizeBytes, deps.now()) : null;
      const canaries = encrypted && canariesOf(encrypted, (hash) => fingerprint(key, hash));
      const writer = side === 'source' ? application.applicationLogin?.user : undefined;
      const fence = writer === undefined ? null : { refusal: await refusalToFence(client, writer) };
      const findings = { ...found, ...contents, extensions: [...found.extensions], canaries, growth, fence, server };
      return { findings, encrypted, problems: [...problems, ...unseen], seen };
    });
    const sessionDefaults = await inspectSessions(login, as, uses?.user ?? null);
    return { ...inspected, findings: { ...inspected.findings, sessionDefaults } };
  };
  const source = await inspect('source', async (client, login) => {
    await refuseUnreadable(client, login);
    await refuseTooLarge(client, login, { withinMs: LOOK_FOR_LARGE_ROWS_MS });
    return inspectWorkflows(client);
  });
  await refuseSameDatabase(await loginAt(secrets, from), await loginAt(secrets, to), lease);
  const extensions = source.findings.extensions.map(({ name }) => name);
  const target = await inspect('target', async (client, login) => {
    await refuseUncreatable(client, login, !databasesOnly);
    return extensionsInStore(client, extensions);
  });
  const keyed = application.encryption === null ? null : application.encryptionKey !== null;
  const rotating = application.encryption?.previousKey != null;
  await evidence.write(where, 'databases', {
    source: source.findings,
    target: target.findings,
    workflowActivity: source.seen.activity,
    extensionsInStore: target.seen,
    problems: [
      ...source.problems,
      ...source.seen.problems,
      ...target.problems,
      ...canaryProblems(source.encrypted, { keyed, rotating }),
    ],
  });
  return { document: 'databases' };
});

/** Why the application could not be locked out of the source; null where it could. Only reads. */
async function refusalToFence(client: Client, application: string): Promise<string | null> {
  try {
    await readSourceRights(client, [application]);
    return null;
  } catch (error) {
    if (error instanceof WorkflowError && error.name === 'FenceFailed') return error.message;
    throw error;
  }
}

export const handler = onLambda(inspectDatabases, (told) => ({
  ...evidenceBucket(new S3Client({}), told.runs),
  secrets: secretsManager(new SecretsManagerClient({})),
  servers: databaseServers({
    rds: new RDSClient(impatient),
    cloudWatch: new CloudWatchClient(impatient),
    aliasesOf,
    now: Date.now,
  }),
  fingerprintKey: told.fingerprintKey,
  now: Date.now,
}));
