import { S3Client } from '@aws-sdk/client-s3';
import type { Documents } from '../../lib/adapters/documents.ts';
import { earlierFindings } from '../../lib/adapters/earlier.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { type Measurements, s3Measurements } from '../../lib/adapters/measurements.ts';
import { driftSince, unlikeApproved } from '../../lib/domain/drift/drift.ts';
import { isBalanced, predictedToday, predictFreeze } from '../../lib/domain/prediction.ts';
import { blockers, openWarnings, runChecks } from '../../lib/domain/preflight/preflight.ts';
import { whereOf } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  ledgers: Ledgers;
  documents: Documents;
  measurements: Measurements;
  now: () => number;
}

export const runPreflight = task('RunPreflight')(async (deps: Deps, { lease, look, refused = null }) => {
  const { evidence, ledgers, documents, measurements, now } = deps;
  const where = whereOf(lease.run, look);
  const [{ lastRehearsal }, configuration, plan, source, target, dns, mail] = await Promise.all([
    ledgers.held(lease),
    evidence.configuration(lease),
    evidence.read(lease.run, 'plan'),
    evidence.read(where, 'source'),
    evidence.read(where, 'target'),
    evidence.read(where, 'dns'),
    evidence.read(where, 'mail'),
  ]);
  // Not inspected where nobody says where one of them is, or one of them refused.
  const databases = !refused && source.database && target.database ? await evidence.read(where, 'databases') : null;
  const collected = { plan, configuration, source, target, dns, databases };
  const drift =
    lastRehearsal &&
    (await evidence.write(
      where,
      'drift',
      driftSince(lastRehearsal, await earlierFindings(documents, lease.migration, lastRehearsal.run), collected),
    ));
  // A rehearsal predicts once it has measured.
  const predicting = databases && {
    planDigest: plan.planDigest,
    sourceBytes: databases.source.sizeBytes,
    growthBytes: 0,
    balanced: isBalanced(source),
  };
  const predicted =
    predicting === null || plan.mode === 'rehearsal'
      ? null
      : predictFreeze(await measurements.read(lease.migration), predicting);
  const prediction = predicted && (await evidence.write(where, 'prediction', predicted));
  const found = runChecks({
    ...collected,
    refused,
    mail,
    lastRehearsal: lastRehearsal && predictedToday(lastRehearsal, prediction),
    drift,
    now: now(),
  });
  const { findings } = await evidence.write(where, 'preflight', { at: new Date(now()).toISOString(), findings: found });
  const stops = blockers(findings);
  // What was refused is a blocker among these, and ends the machine by its own name.
  if (stops.length > 0 && !refused) {
    throw new WorkflowError('PreflightBlocked', `Nothing was copied. ${stops.join(' ')}`);
  }
  if (look === 'last' && !refused) {
    const approved = await Promise.all([
      evidence.read(lease.run, 'source'),
      evidence.read(lease.run, 'target'),
      evidence.read(lease.run, 'dns'),
      evidence.read(lease.run, 'databases'),
    ]);
    const [source, target, dns, databases] = approved;
    const changed = unlikeApproved({ plan, configuration, source, target, dns, databases }, collected);
    if (changed.length > 0) {
      throw new WorkflowError(
        'WorldChanged',
        `Since "go" was asked for: ${changed.join('; ')}. The approval is for what was then, so nothing was stopped. Find out who changed it, and start the cutover anew.`,
      );
    }
  }
  return { document: 'preflight', warnings: openWarnings(findings).length };
});

export const handler = onLambda(runPreflight, (environment) => {
  const bucket = evidenceBucket(new S3Client({}), environment.runs);
  return { ...bucket, measurements: s3Measurements(bucket.documents), now: Date.now };
});
