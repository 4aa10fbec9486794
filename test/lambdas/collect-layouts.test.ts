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
const [mockScaling, mockEcs, mockSecrets, mockSsm] = [
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
async function collect(layout: Layout) {
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
      secretValues: secretValues(client, new SSMClient(region)),
    },
    { lease, look: 'first' },
    call,
  );
  const text = it.documents.objects.get(keys.document(lease.run, 'source'))?.text ?? '';
  return { findings: SourceFindings.parse(JSON.parse(text)), text, kept };
}

/** What a person is given for a target that is not there yet; no value that the source holds is in any of it. */
function filesOf(findings: SourceFindings, secrets: readonly string[]) {
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

const image = 'tryretool/backend:3.148.5-stable';

test("the vendor's CloudFormation template: every secret in clear, five services and Temporal", async () => {
  const environment = {
    NODE_ENV: 'production',
    FORCE_DEPLOYMENT: 'false',
    POSTGRES_DB: 'hammerhead_production',
    POSTGRES_HOST: 'stack-rds.abc.eu-west-1.rds.amazonaws.com',
    POSTGRES_SSL_ENABLED: 'true',
    POSTGRES_PORT: '5432',
    POSTGRES_USER: 'retool',
    POSTGRES_PASSWORD: 'clear-database-password',
    JWT_SECRET: 'clear-jwt-secret',
    ENCRYPTION_KEY: 'clear-encryption-key',
    LICENSE_KEY: 'clear-license',
    WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST: 'temporal.retoolsvc',
    WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_PORT: '7233',
    WORKFLOW_BACKEND_HOST: 'http://workflow-backend.retoolsvc:3000',
    CODE_EXECUTOR_INGRESS_DOMAIN: 'http://code-executor.retoolsvc:3004',
    COOKIE_INSECURE: 'true',
  };
  const service = (name: string, SERVICE_TYPE: string, desiredCount = 1) => ({
    desiredCount,
    containers: [{ name, image, environment: { ...environment, SERVICE_TYPE } }],
  });
  const { findings, text, kept } = await collect({
    services: {
      RetoolECSservice: service('retool', 'MAIN_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR', 2),
      RetoolJobsRunnerECSservice: service('retool-jobs-runner', 'JOBS_RUNNER'),
      RetoolWorkflowsBackendECSService: service(
        'retool-workflows-backend',
        'WORKFLOW_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR',
      ),
      RetoolWorkflowsWorkerECSService: service('retool-workflows-worker', 'WORKFLOW_TEMPORAL_WORKER'),
      RetoolCodeExecutorECSService: {
        desiredCount: 1,
        containers: [{ name: 'retool-code-executor', image: 'tryretool/code-executor-service:3.148.5-stable' }],
      },
      RetoolTemporalFrontend: {
        desiredCount: 1,
        containers: [{ name: 'temporal-cluster-frontend', image: 'tryretool/one-offs:retool-temporal-1.1.2' }],
      },
    },
  });
  expect(findings).toMatchObject({
    imageTag: '3.148.5-stable',
    database: { host: 'stack-rds.abc.eu-west-1.rds.amazonaws.com', database: 'hammerhead_production', ssl: 'require' },
    applicationLogin: { user: 'retool' },
    workflows: { workflows: true, agents: false, temporal: { host: 'temporal.retoolsvc', kind: 'own' } },
    problems: [],
  });
  expect(findings.services.map(({ roles }) => roles[0])).toEqual([
    'main-backend',
    'jobs-runner',
    'workflow-backend',
    'workflow-worker',
  ]);
  expect(findings.companions.map(({ role }) => role)).toEqual(['code-executor', 'temporal']);
  expect(JSON.parse(kept.carried ?? '')).toEqual({
    COOKIE_INSECURE: 'true',
    JWT_SECRET: 'clear-jwt-secret',
    LICENSE_KEY: 'clear-license',
  });
  expect(kept['encryption-key']).toBe('clear-encryption-key');
  expect(text).not.toContain('clear-');

  const { values, tfvars, into, login } = filesOf(findings, ['clear-', 'stack-rds']);
  expect(values).toMatchObject({
    image: { tag: '3.148.5-stable' },
    replicaCount: 2,
    resources: { requests: { cpu: '2048m', memory: '4096Mi' } },
    jobRunner: { enabled: true },
    workflows: { enabled: false, backend: { replicaCount: 1 } },
  });
  expect(tfvars).toMatchObject({
    replica_counts: { backend: 2, workflows_worker: 1, code_executor: 1 },
    encryption_key_secret: { secret_id: expect.stringMatching(/secret:retool\/acme-eks\/encryption-key$/) },
    temporal: null,
  });
  expect(['JWT_SECRET', 'COOKIE_INSECURE', 'WORKFLOW_BACKEND_HOST'].map(into)).toEqual(['jwt-secret', null, null]);
  expect(login).toContain("\\set application 'retool'");
});

test("the vendor's Terraform module: the same variables, secrets as JSON in Secrets Manager", async () => {
  const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:111111111111:secret:acme-${name}-AbCdEf`;
  const { findings, text, kept } = await collect({
    services: {
      'acme-main-service': {
        desiredCount: 1,
        containers: [
          {
            name: 'retool',
            image,
            environment: {
              SERVICE_TYPE: 'MAIN_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR',
              POSTGRES_HOST: 'acme-rds.abc.eu-west-1.rds.amazonaws.com',
              POSTGRES_DB: 'hammerhead_production',
              POSTGRES_USER: 'retool',
            },
            secrets: {
              POSTGRES_PASSWORD: `${secret('rds-password')}:password::`,
              ENCRYPTION_KEY: `${secret('encryption-key')}:password:AWSCURRENT:`,
              JWT_SECRET: secret('jwt'),
              LICENSE_KEY: secret('licence'),
            },
          },
        ],
      },
      'acme-jobs-runner-service': {
        desiredCount: 1,
        containers: [
          {
            name: 'retool-jobs-runner',
            image,
            environment: { SERVICE_TYPE: 'JOBS_RUNNER' },
            secrets: { ENCRYPTION_KEY: `${secret('encryption-key')}:password:AWSCURRENT:` },
          },
        ],
      },
    },
    secrets: {
      [secret('rds-password')]: JSON.stringify({ password: 'json-database-password' }),
      [`${secret('encryption-key')}@AWSCURRENT`]: JSON.stringify({ password: 'json-encryption-key' }),
      [secret('jwt')]: 'plain-jwt-secret',
    },
  });
  expect(kept['application-login']).toBe(JSON.stringify({ username: 'retool', password: 'json-database-password' }));
  expect(kept['encryption-key']).toBe('json-encryption-key');
  // What Passage may not read is a finding with the permission to add; the run goes on.
  expect(findings.problems).toEqual([
    {
      kind: 'secret-unreadable',
      severity: 'WARNING',
      what: 'The value of LICENSE_KEY could not be read: AccessDeniedException.',
      where: `acme-main-service: ${secret('licence')}`,
      todo: expect.stringMatching(
        /secret:acme-licence-AbCdEf\) in source\.ecs\.secretArns .*secretsmanager:GetSecretValue/,
      ),
    },
  ]);
  expect(findings.variables.find(({ name }) => name === 'LICENSE_KEY')).toMatchObject({
    from: 'secrets-manager',
    fingerprint: null,
    collected: null,
  });
  for (const value of ['json-', 'plain-']) expect(text).not.toContain(value);

  const { tfvars, into } = filesOf(findings, ['json-', 'plain-']);
  expect(tfvars).toMatchObject({
    encryption_key_secret: { secret_id: secret('encryption-key'), property: 'password' },
    jwt_secret: { secret_id: secret('jwt'), property: null },
    // Not read by Passage, and yet where it is: the target reads it itself.
    license_key_secret: { secret_id: secret('licence'), property: null },
  });
  expect(['ENCRYPTION_KEY', 'JWT_SECRET', 'POSTGRES_PASSWORD'].map(into)).toEqual([null, null, null]);
});

test('an odd one: Aurora by DATABASE_URL, parameters, a sign-on of its own, names that say nothing', async () => {
  const parameter = (name: string) => `arn:aws:ssm:eu-west-1:111111111111:parameter/overwatch/${name}`;
  const { findings, text, kept } = await collect({
    services: {
      'svc-7': {
        desiredCount: 3,
        containers: [
          { name: 'log-router', image: 'amazon/aws-for-fluent-bit:stable', environment: { FLUENT: 'x' } },
          {
            name: 'app',
            image: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/mirror/retool:3.200.1',
            environment: {
              SERVICE_TYPE: 'MAIN_BACKEND,JOBS_RUNNER,DB_CONNECTOR',
              CUSTOM_OAUTH2_SSO_AUTH_URL: 'https://login.example.com/authorize',
              CUSTOM_OAUTH2_SSO_CLIENT_ID: 'overwatch',
              USE_GCM_ENCRYPTION: 'true',
            },
            secrets: {
              DATABASE_URL: parameter('database-url'),
              ENCRYPTION_KEY: '/overwatch/encryption-key',
              CUSTOM_OAUTH2_SSO_CLIENT_SECRET: 'overwatch-sso',
            },
          },
        ],
      },
      'svc-8': {
        desiredCount: 1,
        containers: [{ name: 'billing', image: 'billing:1', secrets: { TOKEN: parameter('x') } }],
      },
    },
    parameters: {
      [parameter('database-url')]:
        'postgres://app:url%2Dpassword@cluster.cluster-abc.eu-west-1.rds.amazonaws.com:5433/overwatch?sslmode=require',
      '/overwatch/encryption-key': 'parameter-key',
      'overwatch-sso': 'parameter-sso',
    },
  });
  expect(findings).toMatchObject({
    services: [{ service: 'svc-7', roles: ['main-backend', 'jobs-runner', 'dbconnector'], desiredCount: 3 }],
    companions: [{ service: 'svc-8', role: null }],
    imageTag: '3.200.1',
    applicationDatabase: {
      host: 'cluster.cluster-abc.eu-west-1.rds.amazonaws.com',
      port: 5433,
      database: 'overwatch',
      user: 'app',
      ssl: 'require',
    },
    encryptionMode: 'AES-GCM V1',
    problems: [],
  });
  expect(kept['application-login']).toBe(JSON.stringify({ username: 'app', password: 'url-password' }));
  expect(JSON.parse(kept['held-back'] ?? '')).toMatchObject({ CUSTOM_OAUTH2_SSO_CLIENT_SECRET: 'parameter-sso' });
  for (const value of ['url-password', 'url%2Dpassword', 'parameter-key', 'parameter-sso'])
    expect(text).not.toContain(value);
  const { values, into, login } = filesOf(findings, [
    'url-password',
    'url%2Dpassword',
    'parameter-key',
    'parameter-sso',
  ]);
  expect(values).toMatchObject({
    image: { repository: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/mirror/retool', tag: '3.200.1' },
    replicaCount: 3,
    config: { auth: { google: { enabled: false } } },
  });
  expect(['CUSTOM_OAUTH2_SSO_CLIENT_SECRET', 'USE_GCM_ENCRYPTION', 'ENCRYPTION_KEY'].map(into)).toEqual([
    'extra-env-vars',
    'extra-env-vars',
    'encryption-key',
  ]);
  expect(login).toContain("\\set application 'app'");
  // A service that is no part of the application keeps its secrets to itself.
  const asked = mockSsm.commandCalls(GetParameterCommand).map(({ args }) => args[0].input.Name);
  expect(asked).not.toContain(parameter('x'));
});

describe('bad input is a finding with what to do, never a stack trace', () => {
  const web = (environment: Record<string, string>, secrets: Record<string, string> = {}) => ({
    desiredCount: 1,
    containers: [{ name: 'retool', image, environment: { SERVICE_TYPE: 'MAIN_BACKEND', ...environment }, secrets }],
  });
  const database = { POSTGRES_HOST: 'h', POSTGRES_DB: 'd', POSTGRES_USER: 'u', POSTGRES_PASSWORD: 'p' };

  test('two candidates', async () => {
    const { findings } = await collect({
      services: { blue: web(database), green: web({ ...database, POSTGRES_DB: 'staging' }) },
    });
    expect(findings.problems).toMatchObject([
      {
        kind: 'source-ambiguous',
        severity: 'BLOCKER',
        where: 'blue, green',
        todo: expect.stringMatching(/source\.ecs\.services/),
      },
    ]);
  });

  test('a secret that is not there, a key that is missing in it, a reference of no known form', async () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-AbCdEf';
    const { findings } = await collect({
      services: {
        web: web(database, {
          ENCRYPTION_KEY: '/not/there',
          JWT_SECRET: `${arn}:nothing::`,
          LICENSE_KEY: 'arn:aws:s3:::b/k',
        }),
      },
      secrets: { [arn]: 'no JSON' },
    });
    expect(findings.problems).toMatchObject([
      { severity: 'BLOCKER', what: expect.stringMatching(/ENCRYPTION_KEY could not be read: ParameterNotFound/) },
      { severity: 'WARNING', what: expect.stringMatching(/JWT_SECRET is not JSON with the key "nothing"/) },
      { severity: 'WARNING', what: expect.stringMatching(/LICENSE_KEY is a reference in a form/) },
    ]);
    expect(findings.encryptionKey).toBeNull();
  });

  test('a task definition with no database, where the login does not know one either', async () => {
    const { findings } = await collect({ services: { web: web({}) } });
    expect(findings).toMatchObject({ database: null, services: [{ service: 'web' }] });
    expect(findings.problems).toMatchObject([
      {
        kind: 'database-unnamed',
        severity: 'BLOCKER',
        what: expect.stringMatching(/task definition .* sets neither DATABASE_URL nor POSTGRES_HOST/),
        todo: expect.stringMatching(/^Write "host" and "dbname" into secret "passage\/acme\/source-login"/),
      },
    ]);
  });

  test('a login that cannot be read', async () => {
    const { findings } = await collect({ services: { web: web(database) }, login: 'no JSON' });
    expect(findings).toMatchObject({
      database: null,
      applicationDatabase: { host: 'h', database: 'd' },
      problems: [{ kind: 'secret-unreadable', severity: 'BLOCKER', where: 'source.database.loginSecret' }],
    });
  });

  test('a store that does not answer is tried again, not taken for a missing secret', async () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:throttled';
    const layout = { services: { web: web(database, { JWT_SECRET: arn }) } };
    const answer = collect(layout);
    mockSecrets.on(GetSecretValueCommand, { SecretId: arn }).rejects(sdkError('ThrottlingException'));
    await expect(answer).rejects.toMatchObject({ name: 'ServiceUnavailable' });
  });
});
