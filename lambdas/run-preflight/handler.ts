import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { blockers, runChecks } from '../../lib/domain/preflight/preflight.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  now: () => number;
}

export const runPreflight = task('RunPreflight')(async ({ evidence, now }: Deps, { lease: { run } }) => {
  const [plan, source, target, dns, databases] = await Promise.all([
    evidence.read(run, 'plan'),
    evidence.read(run, 'source'),
    evidence.read(run, 'target'),
    evidence.read(run, 'dns'),
    evidence.read(run, 'databases'),
  ]);
  const found = runChecks({ plan, source, target, dns, databases });
  const { findings } = await evidence.write(run, 'preflight', { at: new Date(now()).toISOString(), findings: found });
  const stops = blockers(findings);
  if (stops.length > 0) {
    throw new WorkflowError('PreflightBlocked', `Nothing was copied. ${stops.join(' ')}`);
  }
  return { document: 'preflight', warnings: findings.filter(({ severity }) => severity === 'WARNING').length };
});

export const handler = onLambda(runPreflight, (told) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), told.runs)),
  now: Date.now,
}));
