import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Ledgers, s3Ledgers } from '../../lib/adapters/ledger.ts';
import { blockers, openWarnings, runChecks } from '../../lib/domain/preflight/preflight.ts';
import { whereOf } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  ledgers: Ledgers;
  now: () => number;
}

export const runPreflight = task('RunPreflight')(async ({ evidence, ledgers, now }: Deps, { lease, look }) => {
  const where = whereOf(lease.run, look);
  const [{ lastRehearsal }, configuration, plan, source, target, dns, mail, databases] = await Promise.all([
    ledgers.held(lease),
    evidence.configuration(lease),
    evidence.read(lease.run, 'plan'),
    evidence.read(where, 'source'),
    evidence.read(where, 'target'),
    evidence.read(where, 'dns'),
    evidence.read(where, 'mail'),
    evidence.read(where, 'databases'),
  ]);
  const found = runChecks({
    plan,
    configuration,
    source,
    target,
    dns,
    mail,
    databases,
    lastRehearsal,
    now: now(),
  });
  const { findings } = await evidence.write(where, 'preflight', { at: new Date(now()).toISOString(), findings: found });
  const stops = blockers(findings);
  if (stops.length > 0) {
    throw new WorkflowError('PreflightBlocked', `Nothing was copied. ${stops.join(' ')}`);
  }
  return { document: 'preflight', warnings: openWarnings(findings).length };
});

export const handler = onLambda(runPreflight, (told) => {
  const documents = s3Documents(new S3Client({}), told.runs);
  return { evidence: s3Evidence(documents), ledgers: s3Ledgers(documents), now: Date.now };
});
