import { S3Client } from '@aws-sdk/client-s3';
import { type Approvals, evidenceDigest, s3Approvals } from '../../lib/adapters/approvals.ts';
import type { Documents } from '../../lib/adapters/documents.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { electorate, forgery } from '../../lib/domain/approval.ts';
import { approvalOf, keys } from '../../lib/domain/run.ts';
import { lastMoment, windowOf } from '../../lib/domain/window.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { Requester } from '../../lib/workflow/documents/run.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  documents: Documents;
  approvals: Approvals;
  evidence: Evidence;
}

export const readApproval = task('ReadApproval')(
  async ({ documents, approvals, evidence }: Deps, { lease, subject }) => {
    const id = approvalOf(lease.run, subject);
    const forged = (why: string) =>
      new WorkflowError(
        'ApprovalForged',
        `The callback of approval "${id}" was answered, but ${why}. Nothing was approved.`,
      );
    const configuration = await evidence.configuration(lease);
    const [request, outcome, votes, requester] = await Promise.all([
      approvals.request(id),
      approvals.outcome(id),
      approvals.votes(id),
      documents.read(keys.requester(lease.run), Requester),
    ]);
    if (!request) throw forged('there is no such request');
    if (!outcome) throw forged('no outcome was written');
    if (!requester) throw forged('nobody knows who started the run');
    const by = outcome.by.join(', ');
    if (outcome.decision === 'rejected') {
      throw new WorkflowError('ApprovalRejected', `"${subject}" of run ${lease.run} was rejected by ${by}.`);
    }
    if (outcome.decision === 'expired') {
      throw new WorkflowError(
        'ApprovalExpired',
        `"${subject}" of run ${lease.run} was not approved by ${request.deadline}: ${outcome.by.length} of ${request.required} votes. Silence means no.`,
      );
    }
    const { planDigest } = await evidence.read(lease.run, 'plan');
    const { digest } = await evidenceDigest(documents, lease, subject, planDigest);
    const { eligible, required } = electorate(configuration.approvals, requester.value.principal);
    const why = forgery(request, outcome, votes, {
      digest,
      eligible: eligible.map(({ email }) => email),
      required,
    });
    if (why) throw forged(why);
    const rehearsal = await evidence.find(lease.run, 'rehearsal');
    const window = windowOf(configuration, rehearsal?.predictedFreezeSeconds ?? null);
    if (window && Date.parse(request.deadline) > lastMoment(subject, window)) {
      throw forged(`its deadline, ${request.deadline}, lies beyond the window of the configuration`);
    }
    return { approval: id, by: outcome.by };
  },
);

export const handler = onLambda(readApproval, (environment) => {
  const bucket = evidenceBucket(new S3Client({}), environment.requests);
  return { ...bucket, approvals: s3Approvals(bucket.documents) };
});
