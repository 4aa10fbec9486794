import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Ledgers, s3Ledgers } from '../../lib/adapters/ledger.ts';
import { released } from '../../lib/domain/ledger.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

export const releaseLease = task('ReleaseLease')(async ({ ledgers }: { ledgers: Ledgers }, { lease }) => {
  const ledger = await ledgers.read(lease.migration);
  // A second call, after the first one's reply was lost.
  if (!ledger.holder && ledger.epoch === lease.epoch) return {};
  await ledgers.changeHeld(lease, released);
  return {};
});

export const handler = onLambda(releaseLease, (environment) => ({
  ledgers: s3Ledgers(s3Documents(new S3Client({}), environment.ledgers)),
}));
