import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type Application, application } from '../../lib/adapters/kubernetes/application.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { namespaceOf } from '../../lib/adapters/target-namespace.ts';
import { targetReplicas } from '../../lib/domain/target-replicas.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { maintenancePage } from '../../lib/pages/maintenance.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  application: (cluster: string, namespace: string) => Application;
}

export const startTarget = task('StartTarget')(async (deps: Deps, { lease }) => {
  const { ledgers, evidence } = deps;
  const { target } = await evidence.configuration(lease);
  const { backend } = await evidence.read(lease.run, 'target');
  const source = await evidence.read(lease.run, 'source');
  if (!target.application || !backend) {
    throw new WorkflowError('TargetNotFound', `Migration "${lease.migration}" names no application on the target.`);
  }
  const app = deps.application(target.eks.cluster, await namespaceOf(evidence, lease, target.application));
  const deployments = await app.deployments();
  const saves = { deployments: deployments.map(({ name, replicas }) => ({ name, replicas })), gate: backend };
  const effect = { task: 'StartTarget', seconds: tasks.StartTarget.timeoutSeconds, saves };
  await ledgers.effect(lease, effect, async () => {
    // The gate first: no user may reach a process that has only just been started.
    await app.closeGate(backend.ingress, maintenancePage('Retool'));
    for (const deployment of deployments) await app.scale(deployment.name, targetReplicas(source, deployment));
  });
  return { deployments: deployments.length };
});

export const handler = onLambda(startTarget, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  application: application(new EKSClient({})),
}));
