import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { type Approvals, s3Approvals } from '../../lib/adapters/approvals.ts';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import { type Executions, stepFunctions } from '../../lib/adapters/executions.ts';
import { kmsTokens, type Tokens } from '../../lib/adapters/tokens.ts';
import { decide } from '../../lib/domain/approval.ts';
import { keys, stagingKeys } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  documents: Documents;
  approvals: Approvals;
  staging: Documents;
  tokens: Tokens;
  executions: Executions;
  now: () => number;
}

/**
 * Writes the outcome that votes and clock demand, once, and answers the callback as long as its token is kept.
 * @param closing the machine has waited for as long as people were given, by its own clock, which is a little ahead
 */
async function settle(deps: Deps, id: string, closing: boolean): Promise<boolean> {
  const { documents, approvals, staging, tokens, executions } = deps;
  const request = await approvals.request(id);
  if (!request) return false;
  if (!(await approvals.outcome(id))) {
    const now = closing ? Math.max(deps.now(), Date.parse(request.deadline)) : deps.now();
    const outcome = decide(request, await approvals.votes(id), now);
    if (!outcome) return false;
    await documents.create(keys.outcome(id), outcome);
  }
  const key = stagingKeys.token(id);
  const sealed = await staging.text(key);
  if (sealed === null) return false;
  // A callback that has timed out is answered by its own deadline; either way this token is spent.
  await executions.answer(await tokens.open(id, sealed), { approval: id });
  await staging.remove([key]);
  return true;
}

export const decideApproval = task('DecideApproval')(async (deps: Deps, input) => {
  const closing = 'approval' in input;
  const ids = closing
    ? [input.approval as string]
    : 'detail' in input
      ? [(input.detail as { object: { key: string } }).object.key.split('/')[1] ?? '']
      : (await deps.staging.keys(stagingKeys.token(''))).map((key) => key.slice(stagingKeys.token('').length));
  const decided: string[] = [];
  let failure: unknown;
  for (const id of ids) {
    try {
      if (await settle(deps, id, closing)) decided.push(id);
    } catch (error) {
      // One that cannot be answered must not keep the others waiting: it is told once they are served.
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return { decided };
});

export const handler = onLambda(decideApproval, (environment) => {
  const s3 = new S3Client({});
  const documents = s3Documents(s3, environment.outcomes);
  return {
    documents,
    approvals: s3Approvals(documents),
    staging: s3Documents(s3, environment.tokens),
    tokens: kmsTokens(new KMSClient({}), environment.tokenKey),
    executions: stepFunctions(new SFNClient({})),
    now: Date.now,
  };
});
