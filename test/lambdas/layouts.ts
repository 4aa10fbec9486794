import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { loadYaml } from '@kubernetes/client-node';
import { mockClient } from 'aws-sdk-client-mock';
import { collectSource } from '../../lambdas/collect-source/handler.ts';
import { serviceScaling } from '../../lib/adapters/autoscaling.ts';
import { ecs } from '../../lib/adapters/ecs.ts';
import { secretValues } from '../../lib/adapters/secret-values.ts';
import { secretsManager } from '../../lib/adapters/secrets.ts';
import { filesFor } from '../../lib/domain/files/files.ts';
import type { Manifest } from '../../lib/domain/files/manifest.ts';
import { keys } from '../../lib/domain/run.ts';
import { SourceFindings } from '../../lib/workflow/documents/collected.ts';
import { readHcl } from '../domain/files/read-hcl.ts';
import { sdkError } from '../support/declared.ts';
import { deployed, lease, plan } from '../support/run-documents.ts';
import { call, withRun } from './account.ts';

const region = { region: 'eu-west-1' };
export const [mockScaling, mockEcs, mockSecrets, mockSsm] = [
  mockClient(ApplicationAutoScalingClient),
  mockClient(ECSClient),
  mockClient(SecretsManagerClient),
  mockClient(SSMClient),
];
const login = { username: 'passage', password: 'of-passage' };

/** A source as AWS answers it. */
interface Layout {
  readonly services: Readonly<
    Record<string, { readonly desiredCount: number; readonly containers: readonly Container[] }>
  >;
  /** By id; whoever asks for another one is refused. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The secret of Passage's own login. */
  readonly login?: string;
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/** What CollectSource makes of it: the document, and what it kept by the end of the secret's name. */
export async function collect(layout: Layout) {
  mockScaling.reset();
  mockScaling.on(DescribeScalableTargetsCommand).resolves({});
  mockEcs.reset();
  mockSecrets.reset();
  mockSsm.reset();
  mockEcs.on(ListServicesCommand).resolves({ serviceArns: Object.keys(layout.services) });
  mockEcs.on(DescribeServicesCommand).callsFake(({ services }: { services: string[] }) => ({
    services: services.map((name) => ({
      serviceName: name,
      desiredCount: layout.services[name]?.desiredCount,
      taskDefinition: `arn:aws:ecs:eu-west-1:111111111111:task-definition/${name}:7`,
      launchType: 'FARGATE',
    })),
  }));
  mockEcs.on(DescribeTaskDefinitionCommand).callsFake(({ taskDefinition }: { taskDefinition: string }) => ({
    taskDefinition: {
      cpu: '2048',
      memory: '4096',
      containerDefinitions: layout.services[/\/(.+):7$/.exec(taskDefinition)?.[1] ?? '']?.containers.map(
        (container) => ({
          name: container.name,
          image: container.image,
          environment: Object.entries(container.environment ?? {}).map(([name, value]) => ({ name, value })),
          secrets: Object.entries(container.secrets ?? {}).map(([name, valueFrom]) => ({ name, valueFrom })),
        }),
      ),
    },
  }));
  mockSecrets
    .on(DescribeSecretCommand)
    .resolves({ ARN: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:login-AbCdEf' });
  mockSecrets
    .on(GetSecretValueCommand)
    .callsFake(({ SecretId, VersionStage }: { SecretId: string; VersionStage?: string }) => {
      if (SecretId === 'passage/acme/source-login') return { SecretString: layout.login ?? JSON.stringify(login) };
      if (SecretId === 'fingerprint-key') return { SecretString: 'k' };
      const found = layout.secrets?.[VersionStage ? `${SecretId}@${VersionStage}` : SecretId];
      if (found === undefined) throw sdkError('AccessDeniedException', `not authorized to read ${SecretId}`);
      return { SecretString: found };
    });
  mockSsm.on(GetParameterCommand).callsFake(({ Name, WithDecryption }: { Name: string; WithDecryption: boolean }) => {
    const found = layout.parameters?.[Name];
    if (found === undefined || !WithDecryption) throw sdkError('ParameterNotFound');
    return { Parameter: { Value: found } };
  });
  const kept: Record<string, string> = {};
  mockSecrets.on(CreateSecretCommand).callsFake(({ Name, SecretString }: { Name: string; SecretString: string }) => {
    kept[Name.split('/').at(-1) ?? ''] = SecretString;
    return { ARN: `arn:${Name}` };
  });

  const it = withRun();
  (it.documents.objects as Map<string, unknown>).delete(keys.document(lease.run, 'source'));
  const client = new SecretsManagerClient(region);
  await collectSource.run(
    {
      ...it,
      ecs: ecs(new ECSClient(region)),
      scaling: serviceScaling(new ApplicationAutoScalingClient(region)),
      secrets: secretsManager(client),
      secretValues: secretValues({ secretsManager: () => client, ssm: () => new SSMClient(region) }),
    },
    { lease, look: 'first' },
    call,
  );
  const text = it.documents.objects.get(keys.document(lease.run, 'source'))?.text ?? '';
  return { findings: SourceFindings.parse(JSON.parse(text)), text, kept };
}

/** What a person is given for a target that is not there yet; no value that the source holds is in any of it. */
export function filesOf(findings: SourceFindings, secrets: readonly string[]) {
  const originals = { createSourceLogin: '', createTargetLogin: '', createSecrets: '', rbac: () => ({}) };
  const collected = { configuration: deployed(), plan: plan(), source: findings, target: null, dns: null };
  const files = new Map(filesFor(collected, originals).map(({ name, text }) => [name, text]));
  for (const text of files.values()) for (const secret of secrets) expect(text).not.toContain(secret);
  const { variables } = JSON.parse(files.get('extra-env-vars.json') ?? '') as Manifest;
  return {
    values: loadYaml<Record<string, unknown>>(files.get('values.yaml') ?? ''),
    tfvars: readHcl(files.get('terraform.tfvars') ?? ''),
    into: (name: string) => variables.find((variable) => variable.name === name)?.into,
    login: files.get('create-source-login.sql'),
  };
}

export const image = 'tryretool/backend:3.148.5-stable';
