import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { s3Approvals } from '../../lib/adapters/approvals.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { stepFunctions } from '../../lib/adapters/executions.ts';
import { type SendMail, ses } from '../../lib/adapters/mail.ts';
import { s3Measurements } from '../../lib/adapters/measurements.ts';
import { type RunSources, readRun } from '../../lib/adapters/run-documents.ts';
import { runbookText } from '../../lib/adapters/runbook.ts';
import { cutoverMeasurement } from '../../lib/domain/measurement.ts';
import { keys } from '../../lib/domain/run.ts';
import { summarize } from '../../lib/domain/summary.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { reportMail } from '../../lib/pages/mail.ts';
import { reportPage } from '../../lib/pages/report.ts';
import { parseRunbook } from '../../lib/pages/runbook.ts';
import { shortText } from '../../lib/pages/short-text.ts';

interface Deps extends RunSources {
  readonly sendMail: SendMail;
  readonly now: () => number;
}

export const writeReport = task('WriteReport')(async (deps: Deps, { lease }) => {
  const { documents, measurements } = deps;
  const { run, migration } = lease;
  const { left, approvers } = await readRun(deps, lease, deps.now());
  const summary = summarize(left);
  const measured = cutoverMeasurement(left, summary);
  if (measured !== null) await measurements.record(migration, measured);
  await documents.create(keys.document(run, 'summary'), summary);
  await documents.create(keys.report(run), reportPage(summary, parseRunbook(runbookText())));
  const text = shortText(summary, keys.report(run));
  // Before the text is stored, which says that it was sent: rather twice than not at all.
  if (left.plan.mail && (await documents.text(keys.text(run))) === null) {
    for (const to of approvers) await deps.sendMail(reportMail({ to, summary, text }));
  }
  await documents.create(keys.text(run), text);
  return { report: keys.report(run), summary: keys.document(run, 'summary') };
});

export const handler = onLambda(writeReport, (environment) => {
  const bucket = evidenceBucket(new S3Client({}), environment.runs);
  return {
    ...bucket,
    approvals: s3Approvals(bucket.documents),
    executions: stepFunctions(new SFNClient({})),
    measurements: s3Measurements(bucket.documents),
    sendMail: ses(new SESv2Client({}), environment.mail),
    now: Date.now,
  };
});
