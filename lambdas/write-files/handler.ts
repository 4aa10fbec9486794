import { S3Client } from '@aws-sdk/client-s3';
import type { Documents } from '../../lib/adapters/documents.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { statement } from '../../lib/adapters/postgres/statements.ts';
import { program } from '../../lib/adapters/programs.ts';
import { filesFor } from '../../lib/domain/files/files.ts';
import { keys } from '../../lib/domain/run.ts';
import { rbacFor } from '../../lib/kubernetes/rbac.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  documents: Documents;
  evidence: Evidence;
}

export const writeFiles = task('WriteFiles')(async ({ documents, evidence }: Deps, { lease }) => {
  const { run } = lease;
  const configuration = await evidence.configuration(lease);
  // Written before, or by an earlier try: what a run has made it does not change.
  const there = await evidence.find(run, 'files');
  if (there) return { document: 'files', files: there.files.length };
  const [plan, source, target, dns] = await Promise.all([
    evidence.read(run, 'plan'),
    evidence.find(run, 'source'),
    evidence.find(run, 'target'),
    evidence.find(run, 'dns'),
  ]);
  // Files are about an application; with databases alone, or a source that was not found, there is nothing to tell.
  const made =
    source === null || plan.databasesOnly
      ? []
      : filesFor(
          { configuration, plan, source, target, dns },
          {
            createSourceLogin: statement('create-source-login'),
            createTargetLogin: statement('create-target-login'),
            createSecrets: program('create-secrets.mjs'),
            rbac: rbacFor,
          },
        );
  for (const { name, text } of made) await documents.create(keys.file(run, name), text);
  const files = made.map(({ name, why, how }) => ({ name, key: keys.file(run, name), why, how }));
  await evidence.write(run, 'files', { files });
  return { document: 'files', files: files.length };
});

export const handler = onLambda(writeFiles, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.runs),
}));
