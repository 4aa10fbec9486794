import { collect, image, secretArn } from './layouts.ts';

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
      { kind: 'variables-disagree', what: expect.stringMatching(/^POSTGRES_DB differs/) },
    ]);
  });

  test('a secret that is not there, a key that is missing in it, a reference of no known form', async () => {
    const arn = secretArn('a');
    const { findings } = await collect({
      services: {
        web: web(database, {
          ENCRYPTION_KEY: '/not/there',
          JWT_SECRET: `${arn}:nothing::`,
          LICENSE_KEY: 'arn:aws:s3:::b/k',
        }),
      },
      secrets: { a: 'no JSON' },
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
        what: expect.stringMatching(/task definition .* names no whole database by DATABASE_URL, or by POSTGRES_HOST/),
        todo: expect.stringMatching(/^Write "host" and "dbname" into secret "passage\/acme\/source-login"/),
      },
    ]);
  });

  test('a port that nothing fills in, of either database', async () => {
    const { findings } = await collect({
      services: {
        web: web({
          ...database,
          POSTGRES_PORT: '${PORT}',
          RETOOLDB_POSTGRES_HOST: 'h',
          RETOOLDB_POSTGRES_DB: 'retooldb',
          RETOOLDB_POSTGRES_PORT: '${PORT}',
        }),
      },
      login: JSON.stringify({ username: 'passage', password: 'p', host: 'h', dbname: 'd' }),
    });
    expect(findings).toMatchObject({ database: { host: 'h', port: 5432 }, applicationLogin: null });
    expect(findings.problems).toMatchObject([
      { severity: 'BLOCKER', where: 'POSTGRES_PORT', what: 'POSTGRES_PORT is "${PORT}", which is no port.' },
      { severity: 'WARNING', where: 'RETOOLDB_POSTGRES_PORT' },
      { kind: 'database-unnamed', severity: 'WARNING', where: 'source.database.loginSecret' },
    ]);
  });

  test('blanks after the commas of SERVICE_TYPE', async () => {
    const { findings } = await collect({
      services: { web: web({ ...database, SERVICE_TYPE: 'DB_CONNECTOR, MAIN_BACKEND' }) },
    });
    expect(findings.services).toMatchObject([{ service: 'web', roles: ['dbconnector', 'main-backend'] }]);
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
    const services = { web: web(database, { JWT_SECRET: secretArn('busy') }) };
    await expect(collect({ services, secrets: { busy: 'x' }, throttled: 'busy' })).rejects.toMatchObject({
      name: 'ServiceUnavailable',
    });
  });
});
