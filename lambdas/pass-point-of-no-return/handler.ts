import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Ledgers, s3Ledgers } from '../../lib/adapters/ledger.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  ledgers: Ledgers;
  now: () => number;
}

export const passPointOfNoReturn = task('PassPointOfNoReturn')(async ({ ledgers, now }: Deps, { lease }) => {
  const at = new Date(now()).toISOString();
  const ledger = await ledgers.changeHeld(lease, (current) =>
    current.pointOfNoReturn ? current : { ...current, phase: 'switched', writable: 'target', pointOfNoReturn: at },
  );
  return { at: ledger.pointOfNoReturn ?? at };
});

export const handler = onLambda(passPointOfNoReturn, (environment) => ({
  ledgers: s3Ledgers(s3Documents(new S3Client({}), environment.ledgers)),
  now: Date.now,
}));
