import { S3Client } from '@aws-sdk/client-s3';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type InspectMail, sesInspection } from '../../lib/adapters/mail-account.ts';
import { whereOf } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  evidence: Evidence;
  inspectMail: InspectMail;
  mailFrom: string;
}

export const collectMail = task('CollectMail')(async ({ evidence, inspectMail, mailFrom }: Deps, { lease, look }) => {
  const { approvals } = await evidence.configuration(lease);
  const found = approvals
    ? await inspectMail(
        mailFrom,
        approvals.approvers.map(({ email }) => email),
      )
    : { from: mailFrom, sender: null, account: null, recipients: [], problems: [] };
  await evidence.write(whereOf(lease.run, look), 'mail', found);
  return { document: 'mail' };
});

export const handler = onLambda(collectMail, (environment) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), environment.runs)),
  inspectMail: sesInspection(new SESv2Client({})),
  mailFrom: environment.mail,
}));
