import { join } from 'node:path';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { loadYaml } from '@kubernetes/client-node';
import { collectSource } from '../../lambdas/collect-source/handler.ts';
import { serviceScaling } from '../../lib/adapters/autoscaling.ts';
import { ecs as ecsOver } from '../../lib/adapters/ecs.ts';
import { secretValues } from '../../lib/adapters/secret-values.ts';
import { secretsManager as secretsOver } from '../../lib/adapters/secrets.ts';
import { filesFor } from '../../lib/domain/files/files.ts';
import type { Manifest } from '../../lib/domain/files/manifest.ts';
import { keys } from '../../lib/domain/run.ts';
import { createApplicationAutoScaling } from '../../lib/local/applicationautoscaling/applicationautoscaling.ts';
import { createEcs, type Ecs } from '../../lib/local/ecs/ecs.ts';
import { createProcesses } from '../../lib/local/processes/processes.ts';
import { createSecretsManager, type SecretsManager } from '../../lib/local/secretsmanager/secretsmanager.ts';
import { createSsm, type Ssm } from '../../lib/local/ssm/ssm.ts';
import { type Authorize, AwsError } from '../../lib/local/wire/endpoint.ts';
import { SourceFindings } from '../../lib/workflow/documents/collected.ts';
import { readHcl } from '../domain/files/read-hcl.ts';
import { type Account, accountId, region, startAccount } from '../local/account.ts';
import { deployed, lease, plan } from '../support/run-documents.ts';
import { call, withRun } from './account.ts';

const login = { username: 'passage', password: 'of-passage' };
const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
/** Of a secret and of a parameter of the account. */
export const secretArn = (name: string) => arn('secretsmanager', `secret:${name}`);
export const parameterArn = (path: string) => arn('ssm', `parameter${path}`);

/** A source on ECS. */
interface Layout {
  readonly services: Readonly<
    Record<string, { readonly desiredCount: number; readonly containers: readonly Container[] }>
  >;
  /** By name; Passage's role may read no other. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** By name; all are encrypted. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The secret of Passage's own login. */
  readonly login?: string;
  /** The name of a secret for which its store has no time. */
  readonly throttled?: string;
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}

/**
 * What CollectSource makes of it, by unmodified clients over the simulated account's wire: the document, what it kept by
 * the end of the secret's name, and what it asked of IAM, as in `ssm:GetParameter arn:…`.
 */
export async function collect(layout: Layout) {
  const asked: string[] = [];
  let ecs: Ecs | undefined;
  let secrets: SecretsManager | undefined;
  let parameters: Ssm | undefined;
  const account = await startAccount((context) => {
    const authorize: Authorize = (principal, action, resource, conditions) => {
      asked.push(`${action} ${resource}`);
      if (layout.throttled && resource.includes(layout.throttled)) {
        throw new AwsError('ThrottlingException', 400, 'Rate exceeded');
      }
      context.authorize(principal, action, resource, conditions);
    };
    const at = (directory: string) => ({
      ...{ accountId, region, authorize, clock: context.clock },
      directory: join(context.directory, directory),
    });
    ecs = createEcs({
      ...at('ecs'),
      // Its services never start a task: only what they state is asked for.
      processes: createProcesses(at('processes')),
      resolveImage: (image) => {
        throw new Error(`nothing runs, and ${image} was to`);
      },
      credentialsFor: () => ({}),
      secretValue: () => '',
      baseEnvironment: () => ({}),
    });
    secrets = createSecretsManager(at('secretsmanager'));
    parameters = createSsm(at('ssm'));
    return [ecs, secrets, parameters, createApplicationAutoScaling(at('autoscaling'))].map(({ endpoint }) => endpoint);
  });
  try {
    fill({ ecs: ecs!, secrets: secrets!, parameters: parameters! }, layout);
    return { ...(await collectFrom(account, Object.keys(layout.secrets ?? {}), secrets!)), asked };
  } finally {
    await ecs?.close();
    await account.close();
  }
}

function fill(account: { ecs: Ecs; secrets: SecretsManager; parameters: Ssm }, layout: Layout): void {
  const { cluster } = deployed().source.ecs!;
  account.ecs.registerCluster(cluster);
  for (const [serviceName, { desiredCount, containers }] of Object.entries(layout.services)) {
    const taskDefinition = account.ecs.registerTaskDefinition({
      family: serviceName,
      cpu: '2048',
      memory: '4096',
      containerDefinitions: containers.map(({ name, image, environment = {}, secrets = {} }) => ({
        name,
        image,
        environment: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
        secrets: Object.entries(secrets).map(([variable, valueFrom]) => ({ name: variable, valueFrom })),
      })),
    });
    account.ecs.createService({ cluster, serviceName, taskDefinition, desiredCount });
  }
  const own = { 'passage/acme/source-login': layout.login ?? JSON.stringify(login), 'fingerprint-key': 'k' };
  for (const [name, value] of Object.entries({ ...own, ...layout.secrets }))
    account.secrets.createSecret({ name, value });
  for (const [name, value] of Object.entries(layout.parameters ?? {})) {
    account.parameters.putParameter(name, value, 'SecureString');
  }
}

async function collectFrom(account: Account, readable: readonly string[], store: SecretsManager) {
  const allow = (Action: string[], Resource: string[] = ['*']) => ({ Effect: 'Allow', Action, Resource });
  const role = account.role(
    'CollectSource',
    allow(['ecs:ListServices', 'ecs:DescribeServices', 'ecs:DescribeTaskDefinition', 'ssm:GetParameter']),
    allow(['application-autoscaling:Describe*']),
    allow(['secretsmanager:DescribeSecret', 'secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue']),
    allow(
      ['secretsmanager:GetSecretValue'],
      ['passage/*', 'fingerprint-key*', ...readable.map((name) => `${name}*`)].map(secretArn),
    ),
  );
  const to = (at: string | null) => ({ ...account.client(role), ...(at && { region: at }) });
  const client = new SecretsManagerClient(to(null));
  const secrets = secretsOver(client);
  const names: string[] = [];
  const it = withRun();
  it.documents.remove([keys.document(lease.run, 'source')]);
  await collectSource.run(
    {
      ...it,
      ecs: ecsOver(new ECSClient(to(null))),
      scaling: serviceScaling(new ApplicationAutoScalingClient(to(null))),
      secrets: { ...secrets, write: (name, value) => secrets.write(name, value).finally(() => names.push(name)) },
      secretValues: secretValues({
        secretsManager: (at) => new SecretsManagerClient(to(at)),
        ssm: (at) => new SSMClient(to(at)),
      }),
    },
    { lease, look: 'first' },
    call,
  );
  const text = it.documents.objects.get(keys.document(lease.run, 'source'))?.text ?? '';
  const kept = Object.fromEntries(names.map((name) => [name.split('/').at(-1) ?? '', store.value(name) ?? '']));
  return { findings: SourceFindings.parse(JSON.parse(text)), text, kept: kept as Partial<Record<string, string>> };
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
