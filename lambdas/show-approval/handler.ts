import { S3Client } from '@aws-sdk/client-s3';
import { type Approvals, outSince, s3Approvals } from '../../lib/adapters/approvals.ts';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { approverOf } from '../../lib/domain/approval.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { approvalPage, unknownLinkPage } from '../../lib/pages/approval.ts';

interface Deps {
  approvals: Approvals;
  now: () => number;
}

/** Reads and renders, for GET and HEAD alike. It could not vote if it wanted to: it has no right to write. */
export const showApproval = task('ShowApproval')(async ({ approvals, now }: Deps, { pathParameters }) => {
  const { approval = '', key = '' } = pathParameters ?? {};
  const request = await approvals.request(approval);
  if (!request) return unknownLinkPage();
  return approvalPage({
    request,
    votes: await approvals.votes(approval),
    outcome: await approvals.outcome(approval),
    outSince: await outSince(approvals, request),
    approver: approverOf(request, key),
    path: `/approvals/${approval}/${key}`,
    now: now(),
  });
});

export const handler = onLambda(showApproval, (environment) => ({
  approvals: s3Approvals(s3Documents(new S3Client({}), environment.requests)),
  now: Date.now,
}));
