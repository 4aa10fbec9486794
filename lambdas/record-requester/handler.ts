import { S3Client } from '@aws-sdk/client-s3';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import { keys, runOf } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import type { Requester } from '../../lib/workflow/documents/run.ts';

export const recordRequester = task('RecordRequester')(async (deps: { documents: Documents }, { detail }) => {
  const execution = detail.responseElements?.executionArn;
  // A start that AWS refused has no execution.
  if (!execution) return {};
  const requester: Requester = {
    execution,
    principal: detail.userIdentity.arn,
    at: new Date(detail.eventTime).toISOString(),
  };
  await deps.documents.create(keys.requester(runOf(execution)), requester);
  return {};
});

export const handler = onLambda(recordRequester, (environment) => ({
  documents: s3Documents(new S3Client({}), environment.requesters),
}));
