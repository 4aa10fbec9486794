import { S3Client } from '@aws-sdk/client-s3';
import { type Approvals, outSince, s3Approvals } from '../../lib/adapters/approvals.ts';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import { approverOf } from '../../lib/domain/approval.ts';
import { keys } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { seeOther } from '../../lib/pages/answer.ts';
import { approvalPage, malformedPage, methodPage, supersededPage, unknownLinkPage } from '../../lib/pages/approval.ts';
import { readDecision } from '../../lib/pages/decision.ts';
import type { Vote } from '../../lib/workflow/documents/approval.ts';

interface Deps {
  documents: Documents;
  approvals: Approvals;
  now: () => number;
}

export const castVote = task('CastVote')(async ({ documents, approvals, now }: Deps, event) => {
  if (event.requestContext.http.method !== 'POST') return methodPage();
  const { approval = '', key = '' } = event.pathParameters ?? {};
  const request = await approvals.request(approval);
  const email = request && approverOf(request, key);
  if (!request || !email) return unknownLinkPage();
  const path = `/approvals/${approval}/${key}`;
  const [votes, outcome] = await Promise.all([approvals.votes(approval), approvals.outcome(approval)]);
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString('utf8');
  const posted = readDecision(body, request.lease.run);
  if (posted.kind === 'malformed') return malformedPage(posted.problem);
  if (posted.kind === 'mistyped') {
    const view = { request, votes, outcome, outSince: await outSince(approvals, request), approver: email, path };
    return approvalPage({ ...view, now: now(), notice: posted.problem });
  }
  if (posted.decision.digest !== request.digest) return supersededPage(request);
  // A late vote is not taken; the page that follows says what was decided without it.
  if (outcome || now() > Date.parse(request.deadline)) return seeOther(path);
  const vote: Vote = { approval, email, ...posted.decision, at: new Date(now()).toISOString() };
  // Whoever votes twice has voted once: the first stands.
  await documents.create(keys.vote(approval, email), vote);
  return seeOther(path);
});

export const handler = onLambda(castVote, (environment) => {
  const documents = s3Documents(new S3Client({}), environment.votes);
  return { documents, approvals: s3Approvals(documents), now: Date.now };
});
