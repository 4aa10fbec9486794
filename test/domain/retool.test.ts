import { databaseOf, encryptionMode, isMainBackend, tagOf } from '../../lib/domain/retool.ts';

const variables = (values: Record<string, string>) => new Map(Object.entries(values));

test.each([
  ['MAIN_BACKEND', true],
  ['MAIN_BACKEND,DB_CONNECTOR,DB_SSH_CONNECTOR', true],
  ['DB_CONNECTOR,MAIN_BACKEND', true],
  ['JOBS_RUNNER', false],
  ['DB_CONNECTOR, MAIN_BACKEND', true],
  ['NOT_MAIN_BACKEND', false],
  ['', false],
  [undefined, false],
])('SERVICE_TYPE %s serves users: %s', (serviceType, serves) => {
  expect(isMainBackend(serviceType)).toBe(serves);
});

test.each([
  ['tryretool/backend:3.148.5-stable', '3.148.5-stable'],
  ['111111111111.dkr.ecr.eu-west-1.amazonaws.com/retool:3.114', '3.114'],
  ['registry.local:5000/backend', null],
  ['registry.local:5000/backend:1.2', '1.2'],
  ['tryretool/backend@sha256:0123abcd', null],
  ['tryretool/backend:3.1@sha256:0123abcd', '3.1'],
  ['registry.local:5000/backend@sha256:0123abcd', null],
  ['tryretool/backend', null],
])('the tag of %s is %s', (image, tag) => {
  expect(tagOf(image)).toBe(tag);
});

describe('the database of an environment', () => {
  test('by POSTGRES_*', () => {
    const environment = variables({
      POSTGRES_HOST: 'db.internal',
      POSTGRES_PORT: '6432',
      POSTGRES_DB: 'hammerhead_production',
      POSTGRES_USER: 'retool',
      POSTGRES_PASSWORD: 'p@ss/word',
      POSTGRES_SSL_ENABLED: 'true',
    });
    expect(databaseOf(environment)).toEqual({
      host: 'db.internal',
      port: 6432,
      database: 'hammerhead_production',
      user: 'retool',
      password: 'p@ss/word',
      ssl: 'require',
    });
  });

  test('by POSTGRES_* with what PostgreSQL and Retool take by default', () => {
    expect(databaseOf(variables({ POSTGRES_HOST: 'db', POSTGRES_DB: 'retool' }))).toEqual({
      host: 'db',
      port: 5432,
      database: 'retool',
      user: '',
      password: '',
      ssl: 'disable',
    });
  });

  test('by DATABASE_URL, which goes before POSTGRES_*, with what is escaped in it', () => {
    const environment = variables({
      DATABASE_URL: 'postgres://re%40tool:p%2Fw%3A1@db.internal:6432/hammer%20head?sslmode=require',
      POSTGRES_HOST: 'other',
      POSTGRES_DB: 'other',
    });
    expect(databaseOf(environment)).toEqual({
      host: 'db.internal',
      port: 6432,
      database: 'hammer head',
      user: 're@tool',
      password: 'p/w:1',
      ssl: 'require',
    });
  });

  test.each([
    ['disable', 'disable'],
    ['allow', 'disable'],
    // As node-postgres reads it, which never goes back to clear.
    ['prefer', 'require'],
    ['no-verify', 'require'],
    ['verify-full', 'require'],
  ])('sslmode=%s is %s here, in the URL as in PGSSLMODE', (sslmode, ssl) => {
    expect(databaseOf(variables({ DATABASE_URL: `postgres://u:p@db/retool?sslmode=${sslmode}` }))?.ssl).toBe(ssl);
    expect(databaseOf(variables({ DATABASE_URL: 'postgres://u:p@db/retool', PGSSLMODE: sslmode }))?.ssl).toBe(ssl);
    expect(databaseOf(variables({ POSTGRES_HOST: 'd', POSTGRES_DB: 'r', PGSSLMODE: sslmode }))?.ssl).toBe(ssl);
  });

  test.each([
    ['?ssl=true', {}, 'require'],
    ['?ssl=false', { POSTGRES_SSL_ENABLED: 'true' }, 'disable'],
    ['?sslmode=disable', { PGSSLMODE: 'require' }, 'disable'],
    ['', { POSTGRES_SSL_ENABLED: 'true' }, 'require'],
    ['', {}, 'disable'],
  ])('a URL that ends with %j beside %j: %s', (end, more, ssl) => {
    const environment = variables({ DATABASE_URL: `postgres://u:p@db/retool${end}`, ...more });
    expect(databaseOf(environment)?.ssl).toBe(ssl);
  });

  test.each(['${PORT}', '0', '70000', '-1'])('is unknown where its port is %j', (POSTGRES_PORT) => {
    expect(databaseOf(variables({ POSTGRES_HOST: 'db', POSTGRES_DB: 'retool', POSTGRES_PORT }))).toBeNull();
  });

  test.each(['', ' 5432 '])('a port of %j is 5432', (POSTGRES_PORT) => {
    expect(databaseOf(variables({ POSTGRES_HOST: 'db', POSTGRES_DB: 'retool', POSTGRES_PORT }))?.port).toBe(5432);
  });

  test('with a percent sign that nobody encoded', () => {
    expect(databaseOf(variables({ DATABASE_URL: 'postgres://u:100%@db/retool' }))?.password).toBe('100%');
  });

  test('by POSTGRES_* where DATABASE_URL is no address', () => {
    const environment = variables({ DATABASE_URL: 'not an address', POSTGRES_HOST: 'db', POSTGRES_DB: 'retool' });
    expect(databaseOf(environment)?.host).toBe('db');
  });

  test.each<Record<string, string>>([{}, { POSTGRES_HOST: 'db' }, { POSTGRES_DB: 'retool' }])(
    'is unknown with %j',
    (environment) => {
      expect(databaseOf(variables(environment))).toBeNull();
    },
  );
});

test.each([
  [{}, 'AES-CBC V1'],
  [{ USE_GCM_ENCRYPTION: 'true' }, 'AES-GCM V1'],
  [{ USE_GCM_ENCRYPTION: 'true', USE_ENCRYPTION_V2: 'true' }, 'AES-GCM V2'],
  [{ USE_GCM_ENCRYPTION: 'false' }, 'AES-CBC V1'],
])('%j encrypts as %s', (environment, mode) => {
  expect(encryptionMode(variables(environment))).toBe(mode);
});
