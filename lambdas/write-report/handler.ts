import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { type Approvals, s3Approvals } from '../../lib/adapters/approvals.ts';
import type { Documents } from '../../lib/adapters/documents.ts';
import type { Evidence, RunDocument } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type Executions, stepFunctions } from '../../lib/adapters/executions.ts';
import { histories } from '../../lib/adapters/histories.ts';
import { type SendMail, ses } from '../../lib/adapters/mail.ts';
import { type Measurements, s3Measurements } from '../../lib/adapters/measurements.ts';
import { cutoverMeasurement } from '../../lib/domain/measurement.ts';
import { approvalOf, keys, looksOf, whereOf } from '../../lib/domain/run.ts';
import { type RunDocuments, summarize } from '../../lib/domain/summary.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { reportMail } from '../../lib/pages/mail.ts';
import { reportPage } from '../../lib/pages/report.ts';
import { shortText } from '../../lib/pages/short-text.ts';
import { Ledger } from '../../lib/workflow/documents/ledger.ts';
import { Requester, Subject } from '../../lib/workflow/documents/run.ts';

/** Of the configuration no more than is used here, so that nothing else in it can keep a report from being written. */
const Configured = z.object({
  rehearsalFreshForHours: z.number().positive().optional(),
  approvals: z
    .object({
      approvers: z.array(z.object({ email: z.string() })),
      minutesToDecide: z.object({ switch: z.number() }),
    })
    .optional(),
});

interface Deps {
  documents: Documents;
  evidence: Evidence;
  approvals: Approvals;
  executions: Executions;
  measurements: Measurements;
  sendMail: SendMail;
  now: () => number;
}

export const writeReport = task('WriteReport')(async (deps: Deps, { lease: { run, migration } }) => {
  const { documents, evidence, approvals, executions, measurements, sendMail, now } = deps;
  const plan = await evidence.read(run, 'plan');
  /** Of the last look that wrote it: a cutover that stopped there is told by what it saw then. */
  const latest = async <D extends RunDocument>(name: D): ReturnType<typeof evidence.find<D>> => {
    for (const look of looksOf(plan.mode)) {
      const found = await evidence.find(whereOf(run, look), name);
      if (found) return found;
    }
    return null;
  };
  const ledger = (await documents.read(keys.ledger(migration), Ledger))?.value ?? null;
  // After a failure the unwind that puts everything back is part of the story.
  const unwinding = ledger?.holder && ledger.holder.execution !== plan.execution ? [ledger.holder.execution] : [];
  const [
    copy,
    boot,
    source,
    configuration,
    preflight,
    files,
    rehearsal,
    prediction,
    drift,
    databases,
    history,
    requester,
    asked,
    story,
  ] = await Promise.all([
    evidence.find(run, 'copy-main'),
    evidence.find(run, 'boot'),
    evidence.find(run, 'source'),
    documents.read(keys.configuration(migration, plan.configurationDigest), Configured),
    latest('preflight'),
    evidence.find(run, 'files'),
    evidence.find(run, 'rehearsal'),
    latest('prediction'),
    latest('drift'),
    latest('databases'),
    measurements.read(migration),
    documents.read(keys.requester(run), Requester),
    Promise.all(
      Subject.options.map(async (subject) => {
        const id = approvalOf(run, subject);
        const request = await approvals.request(id);
        return request ? [{ request, votes: await approvals.votes(id), outcome: await approvals.outcome(id) }] : [];
      }),
    ),
    Promise.all([plan.execution, ...unwinding].map((arn) => histories(executions, arn))),
  ]);
  const minutes = configuration?.value.approvals?.minutesToDecide.switch;
  const documentsOfRun: RunDocuments = {
    plan,
    histories: story.flat(),
    writtenAt: new Date(now()).toISOString(),
    requester: requester?.value.principal ?? null,
    preflight,
    variables: source?.variables ?? [],
    freshForHours: configuration?.value.rehearsalFreshForHours ?? null,
    decideSeconds: minutes === undefined ? null : minutes * 60,
    files,
    copies: copy ? [copy] : [],
    boot,
    rehearsal,
    prediction,
    drift,
    history,
    sourceBytes: databases?.source.sizeBytes ?? null,
    approvals: asked.flat(),
    ledger,
  };
  const summary = summarize(documentsOfRun);
  const measured = cutoverMeasurement(documentsOfRun, summary);
  if (measured !== null) await measurements.record(migration, measured);
  await documents.create(keys.document(run, 'summary'), summary);
  await documents.create(keys.report(run), reportPage(summary));
  const text = shortText(summary, keys.report(run));
  // Before the text is stored, which says that it was sent: rather twice than not at all.
  if (plan.mail && (await documents.text(keys.text(run))) === null) {
    for (const { email } of configuration?.value.approvals?.approvers ?? []) {
      await sendMail(reportMail({ to: email, summary, text }));
    }
  }
  await documents.create(keys.text(run), text);
  return { report: keys.report(run), summary: keys.document(run, 'summary') };
});

export const handler = onLambda(writeReport, (told) => {
  const bucket = evidenceBucket(new S3Client({}), told.runs);
  return {
    ...bucket,
    approvals: s3Approvals(bucket.documents),
    executions: stepFunctions(new SFNClient({})),
    measurements: s3Measurements(bucket.documents),
    sendMail: ses(new SESv2Client({}), told.mail),
    now: Date.now,
  };
});
