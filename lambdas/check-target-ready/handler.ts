import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from '../../lib/adapters/documents.ts';
import { type Evidence, s3Evidence } from '../../lib/adapters/evidence.ts';
import { type Application, application } from '../../lib/adapters/kubernetes/application.ts';
import { namespaceOf } from '../../lib/adapters/target-namespace.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  evidence: Evidence;
  application: (cluster: string, namespace: string) => Application;
}

export const checkTargetReady = task('CheckTargetReady')(async (deps: Deps, { lease }) => {
  const { target } = await deps.evidence.configuration(lease);
  if (!target.application) {
    throw new WorkflowError('TargetNotFound', `Migration "${lease.migration}" names no application on the target.`);
  }
  const app = deps.application(target.eks.cluster, await namespaceOf(deps.evidence, lease, target.application));
  const waiting = (await app.deployments()).filter(
    ({ replicas, readyReplicas }) => readyReplicas < Math.max(1, replicas),
  );
  if (waiting.length > 0) {
    const list = waiting.map(({ name, replicas, readyReplicas }) => `${name} (${readyReplicas} of ${replicas} ready)`);
    throw new WorkflowError('TargetNotReady', `Not ready yet: ${list.join(', ')}. See the pods' logs if it lasts.`);
  }
  return {};
});

export const handler = onLambda(checkTargetReady, (environment) => ({
  evidence: s3Evidence(s3Documents(new S3Client({}), environment.ledgers)),
  application: application(new EKSClient({})),
}));
