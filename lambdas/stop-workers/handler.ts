import { ECSClient } from '@aws-sdk/client-ecs';
import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Ecs, ecs } from '../../lib/adapters/ecs.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type RestoreJobs, restoreJobs } from '../../lib/adapters/kubernetes/restore-jobs.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';

interface Deps {
  evidence: Evidence;
  ecs: Ecs;
  jobs: (cluster: string) => RestoreJobs;
  workerCluster: string;
}

export const stopWorkers = task('StopWorkers')(async ({ evidence, ecs, jobs, workerCluster }: Deps, { lease }) => {
  const { target } = await evidence.configuration(lease);
  // Of every epoch: an earlier holder's dump is as unwanted as our own. 36 characters is the most that ECS takes.
  await ecs.stopTasks(workerCluster, lease.run.slice(0, 36), `Run ${lease.run} is being unwound`);
  await jobs(target.eks.cluster).remove(lease.run);
  return {};
});

export const handler = onLambda(stopWorkers, (environment) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), environment.ledgers)),
  ecs: ecs(new ECSClient({})),
  jobs: restoreJobs(new EKSClient({})),
  workerCluster: environment.workerCluster,
}));
