import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Application, application } from '../../lib/adapters/kubernetes/application.ts';
import { type Ledgers, s3Ledgers } from '../../lib/adapters/ledger.ts';
import { namespaceOf } from '../../lib/adapters/target-namespace.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  application: (cluster: string, namespace: string) => Application;
}

export const stopTarget = task('StopTarget')(async ({ ledgers, evidence, application }: Deps, { lease }) => {
  const { saved } = await ledgers.held(lease);
  const { target } = await evidence.configuration(lease);
  const { deployments, gate } = saved;
  if (!target.application || (!deployments && !gate)) return {};
  const app = application(target.eks.cluster, await namespaceOf(evidence, lease, target.application));
  await ledgers.effect(lease, { task: 'StopTarget', seconds: tasks.StopTarget.timeoutSeconds }, async () => {
    // Pods first: the gate may only be as it was once nothing is behind it that was not there before.
    for (const { name, replicas } of deployments ?? []) await app.scale(name, replicas);
    if (gate) await app.openGate(gate.ingress, gate);
  });
  return {};
});

export const handler = onLambda(stopTarget, (told) => {
  const documents = s3Documents(new S3Client({}), told.ledgers);
  const eks = new EKSClient({});
  return {
    ledgers: s3Ledgers(documents),
    evidence: s3Evidence(documents),
    application: (cluster, namespace) => application(eks, cluster, namespace),
  };
});
