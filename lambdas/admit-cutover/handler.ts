import { S3Client } from '@aws-sdk/client-s3';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { refusalToAdmit } from '../../lib/domain/ledger.ts';
import { predictedToday } from '../../lib/domain/prediction.ts';
import { refusalToBegin, windowOf } from '../../lib/domain/window.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  now: () => number;
}

export const admitCutover = task('AdmitCutover')(async ({ ledgers, evidence, now }: Deps, { lease }) => {
  const configuration = await evidence.configuration(lease);
  const plan = await evidence.read(lease.run, 'plan');
  const { lastRehearsal } = await ledgers.held(lease);
  const refusal = refusalToAdmit(lastRehearsal, plan, configuration.rehearsalFreshForHours, now());
  if (refusal || !lastRehearsal) {
    throw new WorkflowError(
      'RehearsalMissing',
      `${refusal} Rehearse migration "${lease.migration}" first, then cut over.`,
    );
  }
  const rehearsal = predictedToday(lastRehearsal, await evidence.find(lease.run, 'prediction'));
  const outside = refusalToBegin(windowOf(configuration, rehearsal.predictedFreezeSeconds), now());
  if (outside) {
    throw new WorkflowError('OutsideWindow', `${outside} Change "window" or wait for it, then cut over.`);
  }
  await ledgers.changeHeld(lease, (ledger) => ({ ...ledger, phase: 'deciding' }));
  // What the approvers decide on includes the rehearsal that admitted this cutover.
  await evidence.write(lease.run, 'rehearsal', rehearsal);
  return { rehearsal: lastRehearsal.run };
});

export const handler = onLambda(admitCutover, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  now: Date.now,
}));
