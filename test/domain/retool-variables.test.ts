import { ruleOf, temporalKind } from '../../lib/domain/retool-variables.ts';

test.each([
  // Carried as they are.
  ['ENCRYPTION_KEY', 'carry', true],
  ['ENCRYPTION_KEY_OLD', 'carry', true],
  ['USE_GCM_ENCRYPTION', 'carry', false],
  ['JWT_SECRET', 'carry', true],
  ['LICENSE_KEY', 'carry', true],
  ['BASE_DOMAIN', 'carry', false],
  ['RETOOL_EXPOSED_ANYTHING', 'carry', true],
  ['RETOOLDB_POSTGRES_HOST', 'carry', false],
  ['RETOOLDB_POSTGRES_PASSWORD', 'carry', true],
  ['DATABASE_MIGRATIONS_TIMEOUT_SECONDS', 'carry', false],
  ['RR_DEFAULT_S3_BUCKET', 'carry', false],
  ['RR_DEFAULT_S3_SECRET_ACCESS_KEY', 'carry', true],
  // Set once the target was checked.
  ['CLIENT_ID', 'hold', false],
  ['CLIENT_SECRET', 'hold', true],
  ['CUSTOM_OAUTH2_SSO_AUTH_URL', 'hold', false],
  ['CUSTOM_OAUTH2_SSO_CLIENT_SECRET', 'hold', true],
  ['CUSTOM_OAUTH2_SSO_SOMETHING_NEW', 'hold', true],
  ['SAML_IDP_METADATA', 'hold', true],
  ['LDAP_BIND_PASSWORD', 'hold', true],
  ['DISABLE_USER_PASS_LOGIN', 'hold', false],
  // The target's own.
  ['POSTGRES_HOST', 'derive', false],
  ['POSTGRES_PASSWORD', 'derive', true],
  ['DATABASE_URL', 'derive', true],
  ['PGSSLMODE', 'derive', false],
  ['PGSSLKEY', 'derive', true],
  ['WORKFLOW_BACKEND_HOST', 'derive', false],
  ['TEMPORAL_TASKQUEUE_WORKFLOW', 'derive', false],
  // The chart's, and of the first start.
  ['SERVICE_TYPE', 'drop', false],
  ['CREATE_FIRST_ORG', 'drop', false],
  ['ADMIN_API_ACCESS_TOKEN', 'drop', true],
  // Nobody's: it may be a secret.
  ['HTTPS_PROXY', 'ask', true],
  ['ENCRYPTION_KEY_BACKUP', 'ask', true],
  ['MY_POSTGRES_HOST', 'ask', true],
])('%s: %s, secret %s', (name, fate, secret) => {
  expect(ruleOf(name)).toMatchObject({ fate, secret, because: expect.stringMatching(/\w+ \w+/) });
});

test('a person decides on what is unknown, and on nothing else; it stays a secret', () => {
  const answers = { HTTPS_PROXY: 'carry', ENCRYPTION_KEY: 'drop' } as const;
  expect(ruleOf('HTTPS_PROXY', new Map(), answers)).toMatchObject({ fate: 'carry', secret: true });
  expect(ruleOf('ENCRYPTION_KEY', new Map(), answers)).toMatchObject({ fate: 'carry' });
  expect(ruleOf('toString', new Map(), answers)).toMatchObject({ fate: 'ask' });
});

test.each([
  ['temporal.retoolsvc', 'own'],
  ['temporal-frontend', 'own'],
  ['temporal.acme.internal', 'own'],
  ['acme.a1b2c.tmprl.cloud', 'cloud'],
  ['temporal.acme.example.com', 'other'],
])('a Temporal cluster at %s is %s', (host, kind) => {
  expect(temporalKind(host)).toBe(kind);
});

test("Temporal's variables follow the cluster: derived where it stays behind, carried where it does not", () => {
  const at = (host: string) => new Map([['WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST', host]]);
  const name = 'WORKFLOW_TEMPORAL_CLUSTER_NAMESPACE';
  expect(ruleOf(name, at('temporal.retoolsvc'))).toMatchObject({ fate: 'derive', secret: false });
  expect(ruleOf(name, at('acme.a1b2c.tmprl.cloud'))).toMatchObject({ fate: 'carry', secret: false });
  expect(ruleOf('WORKFLOW_TEMPORAL_TLS_KEY', at('acme.a1b2c.tmprl.cloud'))).toMatchObject({
    fate: 'carry',
    secret: true,
  });
  expect(ruleOf('WORKFLOW_TEMPORAL_TLS_ENABLED', at('acme.a1b2c.tmprl.cloud'))).toMatchObject({ secret: false });
});

test.each([
  'WORKFLOW_TEMPORAL_CLIENT_SECRET',
  'WORKFLOW_TEMPORAL_AUTH_HEADER',
  'WORKFLOW_TEMPORAL_CREDENTIALS',
  'WORKFLOW_TEMPORAL_PASSWORD',
  'WORKFLOW_TEMPORAL_WHATEVER_COMES',
])('%s of Temporal may be a secret, wherever its cluster is', (name) => {
  for (const host of ['acme.a1b2c.tmprl.cloud', 'temporal.retoolsvc', 'temporal.acme.example.com']) {
    expect(ruleOf(name, new Map([['WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST', host]])).secret).toBe(true);
  }
  expect(ruleOf(name).secret).toBe(true);
});
