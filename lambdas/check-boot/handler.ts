import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { sampleMemory } from '../../lib/adapters/boot-memory.ts';
import { bootedIn } from '../../lib/adapters/booted.ts';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type BootPods, bootPods } from '../../lib/adapters/kubernetes/boot-pods.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { judgeBoot } from '../../lib/domain/boot.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  staging: Documents;
  pods: (cluster: string, namespace: string) => BootPods;
  now: () => number;
}

export const checkBoot = task('CheckBoot')(async (deps: Deps, { lease }) => {
  const booted = await bootedIn(deps, lease);
  const pod = await booted.pods.find();
  // Migrations may need more than serving does: what is used while they run is seen only now.
  if (pod?.state.kind === 'running') await sampleMemory(deps.staging, lease.run, booted.pods);
  const log = pod ? await booted.pods.log(pod.container) : '';
  const judged = judgeBoot(pod, log, deps.now());
  if (judged.kind === 'failed') throw new WorkflowError(judged.error, judged.message);
  await booted.health(judged.pod);
  return {};
});

export const handler = onLambda(checkBoot, (environment) => {
  const s3 = new S3Client({});
  return {
    ...evidenceBucket(s3, environment.ledgers),
    staging: s3Documents(s3, environment.staging),
    pods: bootPods(new EKSClient({})),
    now: Date.now,
  };
});
