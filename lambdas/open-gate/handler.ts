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
}

export const openGate = task('OpenGate')(async ({ ledgers, evidence, application }: Deps, { lease }) => {
  const { target } = await evidence.configuration(lease);
  const effect = { task: 'OpenGate', seconds: tasks.OpenGate.timeoutSeconds };
  await ledgers.effect(lease, effect, async ({ saved, pointOfNoReturn }) => {
    if (!target.application || !saved.gate) {
      throw new WorkflowError('TargetNotFound', 'No gate was closed by this run, so there is none to open.');
    }
    if (!pointOfNoReturn) {
      throw new WorkflowError('LeaseLost', 'The ledger has no point of no return: the gate stays closed.');
    }
    const namespace = await namespaceOf(evidence, lease, target.application);
    await application(target.eks.cluster, namespace).openGate(saved.gate.ingress, saved.gate);
  });
  return {};
});

export const handler = onLambda(openGate, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  application: application(new EKSClient({})),
}));
