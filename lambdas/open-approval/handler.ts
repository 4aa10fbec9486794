import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { evidenceDigest } from '../../lib/adapters/approvals.ts';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type SendMail, ses } from '../../lib/adapters/mail.ts';
import { kmsTokens, type Tokens } from '../../lib/adapters/tokens.ts';
import { electorate, keyHash } from '../../lib/domain/approval.ts';
import { facts } from '../../lib/domain/facts.ts';
import { utc } from '../../lib/domain/quantities.ts';
import { approvalOf, keys, stagingKeys } from '../../lib/domain/run.ts';
import { deadline, windowOf } from '../../lib/domain/window.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { approvalMail } from '../../lib/pages/mail.ts';
import type { DeployedMigration } from '../../lib/workflow/configuration.ts';
import type { ApprovalRequest } from '../../lib/workflow/documents/approval.ts';
import { Requester } from '../../lib/workflow/documents/run.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  documents: Documents;
  staging: Documents;
  evidence: Evidence;
  tokens: Tokens;
  sendMail: SendMail;
  pages: string;
  now: () => number;
  newKey: () => string;
}

export const openApproval = task('OpenApproval')(async (deps: Deps, input) => {
  const { lease, subject, seconds, redriven, token } = input;
  const { documents, staging, evidence, tokens, sendMail, pages, now, newKey } = deps;
  const id = approvalOf(lease.run, subject);
  // CloudTrail tells of it too late to leave that person out for sure.
  if (redriven > 0) {
    throw new WorkflowError(
      'InvalidInput',
      `Run ${lease.run} was redriven, and who did that could approve it. Start a new execution instead.`,
    );
  }
  const configuration = await evidence.configuration(lease);
  const requester = await documents.read(keys.requester(lease.run), Requester);
  if (!requester) {
    throw new WorkflowError(
      'RequesterUnknown',
      `CloudTrail has not told yet who started run ${lease.run}; without that nobody may approve it. It is asked again.`,
    );
  }
  const { eligible, excluded, required } = electorate(configuration.approvals, requester.value.principal);
  if (eligible.length < required) {
    throw new WorkflowError(
      'QuorumImpossible',
      `approvals: ${required} of ${eligible.length} people are to approve, once ${requester.value.principal} is left out. Name more approvers, or let somebody else start the run.`,
    );
  }
  // The newest token is the one that is waited for: a retry of the state brings another.
  await staging.put(stagingKeys.token(id), await tokens.seal(id, token), 'text/plain');
  // Asked already: another mail would hold a link that leads nowhere.
  if ((await documents.text(keys.request(id))) !== null) return { approval: id };
  const { run } = lease;
  const plan = await evidence.read(run, 'plan');
  const rehearsal = await evidence.find(run, 'rehearsal');
  const until = deadline(subject, windowOf(configuration, rehearsal?.predictedFreezeSeconds ?? null), now(), seconds);
  if (until <= now()) {
    throw new WorkflowError(
      'OutsideWindow',
      `"${subject}" of run ${run} had to be decided by ${utc(until)}, which the window in the configuration allows. Nobody was asked.`,
    );
  }
  const links = eligible.map(({ email }) => ({ email, key: newKey() }));
  const request: ApprovalRequest = {
    id,
    subject,
    lease,
    reason: plan.reason,
    requester: requester.value.principal,
    requestedAt: new Date(now()).toISOString(),
    deadline: new Date(until).toISOString(),
    required,
    approvers: links.map(({ email, key }) => ({ email, keyHash: keyHash(key) })),
    excluded,
    ...(await evidenceDigest(documents, lease, subject, plan.planDigest)),
    planDigest: plan.planDigest,
    facts: facts({
      subject,
      preflight: await evidence.read(run, 'preflight'),
      variables: (await evidence.find(run, 'source'))?.variables ?? [],
      databases: await evidence.read(run, 'databases'),
      rehearsal,
      // As admission took it, which found the same document.
      prediction: await evidence.find(run, 'prediction'),
      decideSeconds: configuration.approvals ? configuration.approvals.minutesToDecide.switch * 60 : null,
      window: configuration.window ?? null,
      fence: await evidence.find(run, 'fence'),
      copy: await evidence.find(run, 'copy-main'),
      write: await evidence.find(run, 'target-write'),
      target: await targetOf(evidence, run, configuration),
      record: configuration.dns ? { name: configuration.dns.record, target: configuration.dns.target } : null,
    }),
  };
  // Mail first: should the write fail, the next attempt sends links that work, and those of this one lead nowhere.
  for (const { email, key } of links) {
    await sendMail(approvalMail({ request, to: email, url: `${pages}/approvals/${id}/${key}` }));
  }
  await documents.create(keys.request(id), request);
  return { approval: id };
});

async function targetOf(evidence: Evidence, run: string, { target }: DeployedMigration) {
  const found = await evidence.find(run, 'target');
  return found && target.eks ? { ...found, cluster: target.eks.cluster } : null;
}

export const handler = onLambda(openApproval, (environment) => {
  const s3 = new S3Client({});
  return {
    ...evidenceBucket(s3, environment.requests),
    staging: s3Documents(s3, environment.tokens),
    tokens: kmsTokens(new KMSClient({}), environment.tokenKey),
    sendMail: ses(new SESv2Client({}), environment.mail),
    pages: environment.approvalPages,
    now: Date.now,
    // 32 bytes: nobody guesses it.
    newKey: () => randomBytes(32).toString('base64url'),
  };
});
