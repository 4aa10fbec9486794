import { EKSClient } from '@aws-sdk/client-eks';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import { type BootPods, bootPods } from '../../lib/adapters/kubernetes/boot-pods.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { loginAt } from '../../lib/adapters/logins.ts';
import { handOver } from '../../lib/adapters/postgres/scratch-boot.ts';
import { type Secrets, secretsManager } from '../../lib/adapters/secrets.ts';
import { namespaceOf } from '../../lib/adapters/target-namespace.ts';
import { bootPod, previewNameOf } from '../../lib/domain/boot-pod.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { tasks } from '../../lib/workflow/registry.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  secrets: Secrets;
  pods: (cluster: string, namespace: string) => BootPods;
  handOver: typeof handOver;
}

export const startBoot = task('StartBoot')(async (deps: Deps, { lease }) => {
  const { ledgers, evidence, secrets } = deps;
  const { migration, run, epoch } = lease;
  const { target, dns } = await evidence.configuration(lease);
  const { restoring } = (await ledgers.held(lease)).saved;
  if (!target.application || !dns || restoring?.into !== 'scratch') {
    throw new WorkflowError('BootFailed', `Run ${run} has no scratch database or no application to boot on it.`);
  }
  const { boot } = target.application;
  const { cluster } = target.eks;
  const { database } = restoring;
  const namespace = await namespaceOf(evidence, lease, target.application);
  const pods = deps.pods(cluster, namespace);
  const { deployment, template } = await pods.template();
  const [findings, source] = await Promise.all([evidence.read(run, 'target'), evidence.read(run, 'source')]);
  const pod = bootPod(template, {
    migration,
    run,
    database,
    previewName: previewNameOf(dns.record, boot?.previewName),
    license: boot?.license ?? null,
    names: [...findings.variables, ...source.variables].map(({ name }) => name),
  });
  if ('refusal' in pod) {
    throw new WorkflowError(
      'ConfigurationInvalid',
      `Deployment "${deployment}" cannot be booted on the copy: ${pod.refusal}. Or rehearse with level "copy".`,
    );
  }
  const user = findings.applicationDatabase?.user;
  const admin = await loginAt(secrets, findings.database);
  const effect = {
    task: 'StartBoot',
    seconds: tasks.StartBoot.timeoutSeconds,
    saves: { boot: { cluster, namespace } },
  };
  await ledgers.effect(lease, effect, async () => {
    if (user) await deps.handOver({ admin, database, run, epoch }, user);
    const there = await pods.create(pod);
    if (there === null || there === run) return;
    throw new WorkflowError(
      'BootFailed',
      `Namespace "${namespace}" already holds a booted pod${there ? `, of run ${there}` : ''}. Let that run end, or delete pod "${pod.metadata.name}" if it has.`,
    );
  });
  return {};
});

export const handler = onLambda(startBoot, (environment) => ({
  ...evidenceBucket(new S3Client({}), environment.ledgers),
  secrets: secretsManager(new SecretsManagerClient({})),
  pods: bootPods(new EKSClient({})),
  handOver,
}));
