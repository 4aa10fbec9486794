import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type Executions, stepFunctions } from '../../lib/adapters/executions.ts';
import { histories } from '../../lib/adapters/histories.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { type Measurements, s3Measurements } from '../../lib/adapters/measurements.ts';
import { growthWithin } from '../../lib/domain/growth.ts';
import { rehearsed } from '../../lib/domain/ledger.ts';
import { measurementOf } from '../../lib/domain/measurement.ts';
import { isBalanced, predictFreeze } from '../../lib/domain/prediction.ts';
import { timeline } from '../../lib/domain/timeline.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  measurements: Measurements;
  executions: Executions;
  now: () => number;
}

export const recordRehearsal = task('RecordRehearsal')(async (deps: Deps, { lease }) => {
  const { ledgers, evidence, measurements, executions, now } = deps;
  await ledgers.held(lease);
  const [configuration, plan, source, databases, copy, boot, before] = await Promise.all([
    evidence.configuration(lease),
    evidence.read(lease.run, 'plan'),
    evidence.read(lease.run, 'source'),
    evidence.read(lease.run, 'databases'),
    evidence.read(lease.run, 'copy-main'),
    evidence.find(lease.run, 'boot'),
    measurements.read(lease.migration),
  ]);
  const { sizeBytes: sourceBytes, growth } = databases.source;
  const phases = timeline(await histories(executions, plan.execution), now());
  const measured = measurementOf({
    plan,
    sourceBytes,
    copy,
    bootSeconds: boot && boot.seconds.start + boot.seconds.boot,
    phases,
    work: [],
    predicted: null,
    freeze: null,
  });
  const history = [...before.filter(({ run }) => run !== lease.run), measured];
  // A cutover is admitted on this rehearsal for so long, and the source grows meanwhile.
  const growthBytes = growthWithin(growth, configuration.rehearsalFreshForHours);
  const predicting = { planDigest: plan.planDigest, sourceBytes, growthBytes, balanced: isBalanced(source) };
  const made = predictFreeze(history, predicting);
  if (made === null) throw new WorkflowError('ServiceUnavailable', `Run ${lease.run} holds no measured copy.`);
  const prediction = await evidence.write(lease.run, 'prediction', made);
  const { low, high } = prediction;
  await measurements.record(lease.migration, { ...measured, predicted: { low, high } });
  const rehearsal = await evidence.write(lease.run, 'rehearsal', {
    run: lease.run,
    planDigest: plan.planDigest,
    finishedAt: new Date(now()).toISOString(),
    copySeconds: measured.copy?.seconds ?? 0,
    sourceBytes,
    predictedFreezeSeconds: { low, high },
    level: plan.level,
  });
  await ledgers.changeHeld(lease, (ledger) => rehearsed(ledger, rehearsal));
  return { document: 'rehearsal' };
});

export const handler = onLambda(recordRehearsal, (environment) => {
  const bucket = evidenceBucket(new S3Client({}), environment.ledgers);
  return {
    ...bucket,
    measurements: s3Measurements(bucket.documents),
    executions: stepFunctions(new SFNClient({})),
    now: Date.now,
  };
});
