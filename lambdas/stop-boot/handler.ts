import { setTimeout as sleep } from 'node:timers/promises';
import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type BootPods, bootPods } from '../../lib/adapters/kubernetes/boot-pods.ts';
import { type Ledgers, s3Ledgers } from '../../lib/adapters/ledger.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  pods: (cluster: string, namespace: string) => BootPods;
  sleep: (milliseconds: number) => Promise<unknown>;
}

const BETWEEN_LOOKS_MS = 200;
/** 5 s that the pod has to end by itself + what the cluster takes to see it; the state tries again after that. */
const LONGEST_MS = 20_000;

export const stopBoot = task('StopBoot')(async ({ ledgers, pods, sleep }: Deps, { lease }) => {
  const { boot } = (await ledgers.held(lease)).saved;
  if (!boot) return {};
  const booted = pods(boot.cluster, boot.namespace);
  await ledgers.effect(lease, { task: 'StopBoot', seconds: tasks.StopBoot.timeoutSeconds }, async () => {
    for (let waited = 0; await booted.remove(lease.run); waited += BETWEEN_LOOKS_MS) {
      if (waited >= LONGEST_MS) {
        throw new WorkflowError(
          'ServiceUnavailable',
          `The booted pod of run ${lease.run} in namespace "${boot.namespace}" is still ending after ${LONGEST_MS / 1000} s.`,
        );
      }
      await sleep(BETWEEN_LOOKS_MS);
    }
  });
  return {};
});

export const handler = onLambda(stopBoot, (environment) => {
  const documents = s3Documents(new S3Client({}), environment.ledgers);
  return {
    ledgers: s3Ledgers(documents),
    pods: bootPods(new EKSClient({})),
    sleep,
  };
});
