import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { proveFence as prove } from '../../lib/adapters/postgres/prove-fence.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { fencedSource, knownCredentials } from '../../lib/adapters/source-database.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  secrets: Secrets;
  now: () => number;
}

export const proveFence = task('ProveFence')(async ({ ledgers, evidence, secrets, now }: Deps, { lease }) => {
  await ledgers.held(lease);
  const source = await evidence.read(lease.run, 'source');
  const proof = await prove({
    ...(await fencedSource(secrets, source, lease)),
    knownCredentials: await knownCredentials(secrets, source),
  });
  await evidence.write(lease.run, 'fence', {
    at: new Date(now()).toISOString(),
    sessions: proof.sessions.length,
    attacks: proof.attacks.map(({ login, database, result }) => ({ login: `${login} on ${database}`, result })),
    tables: proof.tables.map(({ oid, file, name, rows, changed }) => ({ oid, file, name, rows, changed })),
    sequencesHash: proof.sequencesHash,
    applicationRights: proof.applicationRights && [...proof.applicationRights],
  });
  await ledgers.changeHeld(lease, (ledger) => ({ ...ledger, phase: 'frozen' }));
  return {};
});

export const handler = onLambda(proveFence, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  secrets: secretsManager(new SecretsManagerClient({})),
  now: Date.now,
}));
