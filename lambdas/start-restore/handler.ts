import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type RestoreJobs, restoreJobs } from '../../lib/adapters/kubernetes/restore-jobs.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { digestOf } from '../../lib/domain/digest.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  jobs: (cluster: string) => RestoreJobs;
  image: string;
  seconds: number;
}

export const startRestore = task('StartRestore')(async (deps: Deps, { lease, token, worker }) => {
  const { target } = await deps.evidence.configuration(lease);
  // The token is part of the name's digest: a retry of the state has another token and needs another pod.
  const name = `restore-${lease.run}-${digestOf({ token, worker }).slice(0, 8)}`;
  await deps.ledgers.effect(lease, { task: 'StartRestore', seconds: deps.seconds }, () =>
    deps.jobs(target.eks.cluster).create({
      name,
      run: lease.run,
      image: deps.image,
      environment: { PASSAGE_TASK_TOKEN: token, PASSAGE_TASK_INPUT: JSON.stringify(worker) },
      deadlineSeconds: tasks.RestoreDatabase.timeoutSeconds,
      memoryMegabytes: tasks.RestoreDatabase.memoryMegabytes,
    }),
  );
  return { job: name };
});

export const handler = onLambda(startRestore, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  jobs: restoreJobs(new EKSClient({})),
  image: environment.workerImage,
  seconds: tasks.StartRestore.timeoutSeconds,
}));
