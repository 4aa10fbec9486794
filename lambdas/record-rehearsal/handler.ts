import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Ledgers, s3Ledgers } from '../../lib/adapters/ledger.ts';
import { predictFreeze } from '../../lib/domain/prediction.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  now: () => number;
}

export const recordRehearsal = task('RecordRehearsal')(async ({ ledgers, evidence, now }: Deps, { lease }) => {
  await ledgers.held(lease);
  const [plan, databases, copy] = await Promise.all([
    evidence.read(lease.run, 'plan'),
    evidence.read(lease.run, 'databases'),
    evidence.read(lease.run, 'copy-main'),
  ]);
  const { low, high } = predictFreeze(copy);
  const rehearsal = await evidence.write(lease.run, 'rehearsal', {
    run: lease.run,
    planDigest: plan.planDigest,
    finishedAt: new Date(now()).toISOString(),
    copySeconds: (Date.parse(copy.provedAt) - Date.parse(copy.startedAt)) / 1000,
    sourceBytes: databases.source.sizeBytes,
    predictedFreezeSeconds: { low, high },
  });
  await ledgers.changeHeld(lease, (ledger) => ({ ...ledger, lastRehearsal: rehearsal }));
  return { document: 'rehearsal' };
});

export const handler = onLambda(recordRehearsal, (told) => {
  const documents = s3Documents(new S3Client({}), told.ledgers);
  return { ledgers: s3Ledgers(documents), evidence: s3Evidence(documents), now: Date.now };
});
