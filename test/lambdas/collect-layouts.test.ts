import { collect, filesOf, image, parameterArn, secretArn } from './layouts.ts';

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
    // The template sets it everywhere; whoever types the name comes by HTTPS.
    config: { useInsecureCookies: false },
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
  const secret = (name: string) => secretArn(`acme-${name}`);
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
      'acme-rds-password': JSON.stringify({ password: 'json-database-password' }),
      'acme-encryption-key': JSON.stringify({ password: 'json-encryption-key' }),
      'acme-jwt': 'plain-jwt-secret',
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
      todo: expect.stringMatching(/secret:acme-licence\) in source\.ecs\.secretArns .*secretsmanager:GetSecretValue/),
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
  const parameter = (name: string) => parameterArn(`/overwatch/${name}`);
  const { findings, text, kept, asked } = await collect({
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
      '/overwatch/database-url':
        'postgres://app:url%2Dpassword@cluster.cluster-abc.eu-west-1.rds.amazonaws.com:5433/overwatch?sslmode=require',
      '/overwatch/encryption-key': 'parameter-key',
      '/overwatch/x': 'of-somebody-else',
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
  const read = asked.filter((each) => each.startsWith('ssm:'));
  expect(read).toContain(`ssm:GetParameter ${parameter('database-url')}`);
  expect(read).not.toContain(`ssm:GetParameter ${parameter('x')}`);
});

test('what decides is read wherever it is: whether the database is reached encrypted, and where Temporal is', async () => {
  const secret = secretArn('temporal');
  const { findings, text, kept } = await collect({
    services: {
      web: {
        desiredCount: 1,
        containers: [
          {
            name: 'retool',
            image,
            environment: { SERVICE_TYPE: 'MAIN_BACKEND', POSTGRES_HOST: 'h', POSTGRES_DB: 'd', POSTGRES_USER: 'u' },
            secrets: {
              POSTGRES_PASSWORD: '/acme/password',
              POSTGRES_SSL_ENABLED: '/acme/ssl',
              // Before the host by which its fate is decided.
              WORKFLOW_TEMPORAL_CLIENT_SECRET: `${secret}:client::`,
              WORKFLOW_TEMPORAL_TLS_KEY: `${secret}:key::`,
              WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST: '/acme/temporal-host',
              WORKFLOW_TEMPORAL_CLUSTER_NAMESPACE: '/acme/temporal-namespace',
            },
          },
        ],
      },
    },
    parameters: {
      '/acme/password': 'of-the-database',
      '/acme/ssl': 'true',
      '/acme/temporal-host': 'acme.a1b2c.tmprl.cloud',
      '/acme/temporal-namespace': 'acme',
    },
    secrets: { temporal: JSON.stringify({ key: 'temporal-tls-key', client: 'temporal-client-secret' }) },
  });
  expect(findings.database).toMatchObject({ host: 'h', ssl: 'require' });
  expect(findings.workflows?.temporal).toEqual({
    host: 'acme.a1b2c.tmprl.cloud',
    port: null,
    namespace: 'acme',
    kind: 'cloud',
  });
  expect(findings.problems).toEqual([]);
  expect(kept.carried).toContain('temporal-tls-key');
  expect(kept.carried).toContain('temporal-client-secret');
  for (const value of ['temporal-tls-key', 'temporal-client-secret', 'of-the-database']) {
    expect(text).not.toContain(value);
  }
});
