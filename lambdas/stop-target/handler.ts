import { setTimeout as sleep } from 'node:timers/promises';
import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type Application, application } from '../../lib/adapters/kubernetes/application.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { namespaceOf } from '../../lib/adapters/target-namespace.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  application: (cluster: string, namespace: string) => Application;
  sleep: (milliseconds: number) => Promise<unknown>;
}

const BETWEEN_LOOKS_MS = 500;
/** Of this function's 30 s; the state tries again for longer than the 30 s that Kubernetes gives a pod to end. */
const LONGEST_MS = 15_000;

export const stopTarget = task('StopTarget')(async (deps: Deps, { lease }) => {
  const { ledgers, evidence, application } = deps;
  const { saved } = await ledgers.held(lease);
  const { target } = await evidence.configuration(lease);
  const { deployments, gate } = saved;
  if (!target.application || (!deployments && !gate)) return {};
  const app = application(target.eks.cluster, await namespaceOf(evidence, lease, target.application));
  const effect = { task: 'StopTarget', seconds: tasks.StopTarget.timeoutSeconds };
  await ledgers.effect(lease, effect, async () => {
    for (const { name, replicas } of deployments ?? []) await app.scale(name, replicas);
  });
  if (!gate) return {};
  // The gate may only be as it was once nothing is behind it that was not there before.
  await haveEnded(
    deps,
    app,
    (deployments ?? []).filter(({ replicas }) => replicas === 0).map(({ name }) => name),
  );
  await ledgers.effect(lease, effect, () => app.openGate(gate.ingress, gate));
  return {};
});

async function haveEnded({ sleep }: Deps, app: Application, deployments: readonly string[]): Promise<void> {
  for (let waited = 0; ; waited += BETWEEN_LOOKS_MS) {
    const left = await app.pods(deployments);
    if (left?.length === 0) return;
    if (left === null || waited >= LONGEST_MS) {
      throw new WorkflowError(
        'TargetStillRunning',
        left === null
          ? "Passage may not list the target's pods, so whether they have ended is not known: apply its RBAC file of this version. The gate stays closed."
          : `Pods of the target are still ending: ${left.join(', ')}. The gate stays closed until they are gone.`,
      );
    }
    await sleep(BETWEEN_LOOKS_MS);
  }
}

export const handler = onLambda(stopTarget, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  application: application(new EKSClient({})),
  sleep,
}));
