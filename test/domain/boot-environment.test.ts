import { type BootFacts, bootEnvironment, type EnvironmentVariable } from '../../lib/domain/boot-environment.ts';

const facts: BootFacts = {
  migration: 'acme-retool',
  run: 'autumn',
  database: 'passage_autumn',
  previewName: 'preview.retool.acme.example.com',
  license: null,
  names: [],
};
const plain = (variables: Record<string, string>): EnvironmentVariable[] =>
  Object.entries(variables).map(([name, value]) => ({ name, value }));
const boot = (env: EnvironmentVariable[], fromWhole = false, more: Partial<BootFacts> = {}) => {
  const made = bootEnvironment(env, fromWhole, { ...facts, ...more });
  if ('refusal' in made) throw new Error(made.refusal);
  return { ...made, of: Object.fromEntries(made.env.map((variable) => [variable.name, variable])) };
};
const chart = plain({
  SERVICE_TYPE: 'MAIN_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR,JOBS_RUNNER',
  NODE_ENV: 'production',
  POSTGRES_HOST: 'target.invalid',
  POSTGRES_DB: 'retool',
  POSTGRES_USER: 'retool',
  BASE_DOMAIN: 'https://retool.acme.example.com',
  USE_GCM_ENCRYPTION: 'true',
});

test('it works on the scratch database, under the preview name, and what opens the data stays as it is', () => {
  const key = {
    name: 'ENCRYPTION_KEY',
    valueFrom: { secretKeyRef: { name: 'encryption-key', key: 'encryption-key' } },
  };
  const { of } = boot([...chart, key]);
  expect(of).toMatchObject({
    POSTGRES_DB: { value: 'passage_autumn' },
    POSTGRES_HOST: { value: 'target.invalid' },
    POSTGRES_USER: { value: 'retool' },
    BASE_DOMAIN: { value: 'https://preview.retool.acme.example.com' },
    USE_GCM_ENCRYPTION: { value: 'true' },
    NODE_ENV: { value: 'production' },
    ENCRYPTION_KEY: key,
  });
  expect(of).not.toHaveProperty('DATABASE_URL');
});

test.each([
  ['MAIN_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR,JOBS_RUNNER', 'MAIN_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR'],
  ['MAIN_BACKEND, JOBS_RUNNER', 'MAIN_BACKEND'],
  ['MAIN_BACKEND,WORKFLOW_BACKEND,WORKFLOW_TEMPORAL_WORKER', 'MAIN_BACKEND'],
  ['', 'MAIN_BACKEND'],
])('of SERVICE_TYPE %j runs only what answers users: %s', (given, booted) => {
  expect(boot(plain({ SERVICE_TYPE: given })).of.SERVICE_TYPE).toEqual({ name: 'SERVICE_TYPE', value: booted });
});

test('nothing of it takes workflows, sends mail, signs users on, makes organizations or skips the migrations', () => {
  const taken = plain({
    WORKFLOW_BACKEND_HOST: 'http://retool-workflow-backend',
    WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST: 'acme.tmprl.cloud',
    WORKFLOW_TEMPORAL_TLS_KEY: 'hush',
    SMTP_HOST: 'smtp.acme.example.com',
    SMTP_SOMETHING_NEW: 'x',
    CLIENT_ID: 'id',
    CUSTOM_OAUTH2_SSO_CLIENT_SECRET: 'hush',
    DISABLE_USER_PASS_LOGIN: 'true',
    CREATE_FIRST_ORG: 'true',
    ADMIN_API_ACCESS_TOKEN: 'hush',
    DISABLE_DATABASE_MIGRATIONS: 'true',
    DOMAINS: 'https://one.example.com',
  });
  const { of, changes } = boot([...chart, ...taken]);
  expect(taken.filter(({ name }) => name in of)).toEqual([]);
  expect(changes.filter(({ how }) => how === 'removed').map(({ name }) => name)).toEqual(taken.map(({ name }) => name));
  expect(of).toMatchObject({
    TEMPORAL_TASKQUEUE_WORKFLOW: { value: 'passage-autumn' },
    WORKER_TEMPORAL_TASKQUEUE: { value: 'passage-autumn' },
    DISABLE_GIT_SYNCING: { value: 'true' },
  });
});

test('what changed is told without any value', () => {
  const { changes } = boot([
    ...chart,
    ...plain({ SMTP_PASSWORD: 'hush-hush', DATABASE_URL: 'postgres://u:hush-hush@h/d' }),
  ]);
  expect(JSON.stringify(changes)).not.toContain('hush');
});

test('the real license is not used: one for rehearsals, or none', () => {
  const given = [...chart, ...plain({ LICENSE_KEY: 'the-real-one' })];
  expect(boot(given).of.LICENSE_KEY).toEqual({ name: 'LICENSE_KEY', value: 'EXPIRED-LICENSE-KEY-TRIAL' });
  const license = { name: 'rehearsal-license', key: 'license-key' };
  expect(boot(given, false, { license }).of.LICENSE_KEY).toEqual({
    name: 'LICENSE_KEY',
    valueFrom: { secretKeyRef: license },
  });
});

test('what comes from a whole Secret is blanked by name, because what is stated wins', () => {
  const { of } = boot(chart, true);
  for (const name of [
    'DATABASE_URL',
    'SMTP_HOST',
    'CLIENT_ID',
    'WORKFLOW_BACKEND_HOST',
    'DISABLE_DATABASE_MIGRATIONS',
  ]) {
    expect(of[name]).toEqual({ name, value: '' });
  }
});

test('of a whole Secret every name that either side is known to set is blanked where it would be removed', () => {
  const names = ['SENDGRID_API_KEY', 'SAML_NEW', 'LDAP_BASE', 'WORKFLOW_TEMPORAL_TLS_KEY', 'NODE_OPTIONS', 'RR_OTHER'];
  const { of, changes } = boot([...chart, ...plain({ MAILGUN_KEY: 'x' })], true, { names });
  for (const name of [...names, 'MAILGUN_KEY'].filter((each) => each !== 'NODE_OPTIONS')) {
    expect(of[name]).toEqual({ name, value: '' });
    expect(changes.filter((change) => change.name === name)).toMatchObject([{ how: 'removed' }]);
  }
  expect(of).not.toHaveProperty('NODE_OPTIONS');
  expect(boot(chart, false, { names }).of).not.toHaveProperty('SENDGRID_API_KEY');
});

test('Retool Database and buckets, which are in use, are out of its reach', () => {
  const names = {
    RETOOLDB_POSTGRES_HOST: 'h',
    RETOOLDB_NEW: 'x',
    RR_DEFAULT_S3_BUCKET: 'b',
    AGENT_EVALS_S3_BUCKET: 'b',
  };
  const { of } = boot([...chart, ...plain(names)]);
  expect(Object.keys(names).filter((name) => name in of)).toEqual([]);
  expect(boot(chart, true).of.RETOOLDB_POSTGRES_HOST).toEqual({ name: 'RETOOLDB_POSTGRES_HOST', value: '' });
});

describe('a database that is named by DATABASE_URL', () => {
  test('is exchanged in it, and the login stays', () => {
    const url = 'postgresql://retool:p%40ss@target.invalid:6432/retool?sslmode=require';
    expect(boot(plain({ DATABASE_URL: url })).of.DATABASE_URL).toEqual({
      name: 'DATABASE_URL',
      value: 'postgresql://retool:p%40ss@target.invalid:6432/passage_autumn?sslmode=require',
    });
  });

  test.each([
    [
      'that comes from a Secret',
      [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: {} } }],
      false,
      /comes whole from a Secret/,
    ],
    ['that is none', plain({ DATABASE_URL: 'target.invalid' }), false, /is no URL/],
    ['of which nothing is stated', plain({ SERVICE_TYPE: 'MAIN_BACKEND' }), true, /State POSTGRES_HOST/],
  ] as const)('%s, is not booted on: it might be the real one', (_, env, fromWhole, why) => {
    expect(bootEnvironment(env, fromWhole, facts)).toEqual({ refusal: expect.stringMatching(why) });
  });
});
