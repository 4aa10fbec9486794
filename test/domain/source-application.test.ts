import {
  blobStoresOf,
  describeSource,
  isNeeded,
  type ReadContainer,
  retoolDatabaseOf,
  workflowsOf,
} from '../../lib/domain/source-application.ts';
import { sourceFindings, wordsToKeep } from '../../lib/domain/source-findings.ts';
import { SourceFindings } from '../../lib/workflow/documents/collected.ts';

const database = {
  POSTGRES_HOST: 'db.internal',
  POSTGRES_DB: 'hammerhead_production',
  POSTGRES_USER: 'retool',
  POSTGRES_PASSWORD: 'the application password',
};
const key = { ENCRYPTION_KEY: 'the encryption key' };

const container = (
  service: string,
  values: Record<string, string>,
  more: Partial<ReadContainer> & { image?: string; desiredCount?: number } = {},
): ReadContainer => ({
  service: {
    service,
    desiredCount: more.desiredCount ?? 1,
    daemon: false,
    taskDefinition: `${service}:1`,
    launchType: 'FARGATE',
    image: more.image ?? 'tryretool/backend:3.148.5-stable',
    imageTag: (more.image ?? 'a:3.148.5-stable').split(':').at(-1) ?? null,
    size: { cpuMillis: 1000, memoryMiB: 2048 },
    architecture: null,
    autoscaling: 'none',
    targetGroups: [],
    executeCommand: false,
  },
  values: new Map(Object.entries(values)),
  references: more.references ?? new Map(),
  environmentFiles: more.environmentFiles ?? [],
  volumes: more.volumes ?? [],
  unread: more.unread ?? new Map(),
});
const main = (values: Record<string, string> = {}, service = 'web') =>
  container(service, { SERVICE_TYPE: 'MAIN_BACKEND,DB_CONNECTOR', ...database, ...key, ...values });

describe('roles', () => {
  test('come from SERVICE_TYPE and the image, never from a name', () => {
    const found = describeSource([
      container('zebra', { SERVICE_TYPE: 'JOBS_RUNNER' }),
      main({}, 'giraffe'),
      container('lion', { SERVICE_TYPE: 'WORKFLOW_TEMPORAL_WORKER', WORKER_TEMPORAL_TASKQUEUE: 'agent' }),
      container('gnu', { SERVICE_TYPE: 'WORKFLOW_TEMPORAL_WORKER' }),
      container('retool', {}, { image: 'nginx:1' }),
      container('ape', {}, { image: 'tryretool/code-executor-service:3.148.5' }),
      container('emu', {}, { image: 'tryretool/one-offs:retool-temporal-1.1.2' }),
    ]);
    expect(found?.services.map(({ service, roles }) => [service, roles])).toEqual([
      ['zebra', ['jobs-runner']],
      ['giraffe', ['main-backend', 'dbconnector']],
      ['lion', ['agent-worker']],
      ['gnu', ['workflow-worker']],
    ]);
    expect(found?.companions.map(({ service, role }) => [service, role])).toEqual([
      ['retool', null],
      ['ape', 'code-executor'],
      ['emu', 'temporal'],
    ]);
  });

  test('a service of two containers is one service with the roles of both', () => {
    const found = describeSource([main(), container('web', { SERVICE_TYPE: 'JOBS_RUNNER' })]);
    expect(found?.services).toMatchObject([
      {
        service: 'web',
        serviceType: 'MAIN_BACKEND,DB_CONNECTOR,JOBS_RUNNER',
        roles: ['main-backend', 'dbconnector', 'jobs-runner'],
      },
    ]);
  });

  test('without a main backend there is no application', () => {
    expect(describeSource([container('retool', { SERVICE_TYPE: 'JOBS_RUNNER', ...database })])).toBeNull();
  });
});

describe('problems', () => {
  const kinds = (containers: ReadContainer[]) =>
    describeSource(containers)?.problems.map(({ kind, severity }) => [kind, severity]);

  test('none where nothing is wrong, two main backends that agree included', () => {
    expect(kinds([main(), main({}, 'green'), container('jobs', { SERVICE_TYPE: 'JOBS_RUNNER', ...key })])).toEqual([]);
  });

  test('two applications in one cluster, by database, key or version', () => {
    expect(kinds([main(), main({ POSTGRES_DB: 'other' }, 'staging')])).toContainEqual(['source-ambiguous', 'BLOCKER']);
    expect(kinds([main(), main({ ENCRYPTION_KEY: 'another key' }, 'staging')])).toContainEqual([
      'source-ambiguous',
      'BLOCKER',
    ]);
    const older = container('old', { SERVICE_TYPE: 'MAIN_BACKEND', ...database, ...key }, { image: 'r:3.100' });
    expect(kinds([main(), older])).toEqual([['source-ambiguous', 'WARNING']]);
  });

  test('of several, the one is taken whose database the login names', () => {
    const found = describeSource(
      [main({ POSTGRES_DB: 'other' }, 'staging'), main()],
      {},
      {
        host: 'db.internal',
        database: 'hammerhead_production',
      },
    );
    expect(found?.database?.database).toBe('hammerhead_production');
  });

  test('a value that could not be read: vital ones stop, others do not; each is told once', () => {
    const unread = (name: string) => ({
      references: new Map([[name, 'arn:secret']]),
      unread: new Map([[name, { what: 'could not be read: AccessDeniedException', todo: 'Name its ARN.' }]]),
    });
    const { ENCRYPTION_KEY: _, ...rest } = { SERVICE_TYPE: 'MAIN_BACKEND', ...database, ...key };
    const web = container('web', rest, unread('ENCRYPTION_KEY'));
    const jobs = container('jobs', { SERVICE_TYPE: 'JOBS_RUNNER' }, unread('ENCRYPTION_KEY'));
    expect(describeSource([web, jobs])?.problems).toEqual([
      {
        kind: 'secret-unreadable',
        severity: 'BLOCKER',
        what: 'The value of ENCRYPTION_KEY could not be read: AccessDeniedException.',
        where: 'web: arn:secret',
        todo: 'Name its ARN.',
      },
    ]);
    const licence = container('web', { SERVICE_TYPE: 'MAIN_BACKEND', ...database, ...key }, unread('LICENSE_KEY'));
    expect(kinds([licence])).toEqual([['secret-unreadable', 'WARNING']]);
  });

  test.each([
    ['{"password":"k"}', /JSON object/],
    [' k', /blanks/],
    ['k\n', /line break/],
    ['schlüssel', /ASCII/],
    ['', /empty/],
  ])('a key that cannot be one: %j', (value, words) => {
    const [problem] = describeSource([main({ ENCRYPTION_KEY: value })])?.problems ?? [];
    expect(problem).toMatchObject({
      kind: 'encryption-key-format',
      severity: 'BLOCKER',
      what: expect.stringMatching(words),
    });
    if (value) expect(JSON.stringify(problem)).not.toContain(JSON.stringify(value));
  });

  test('variables that are unknown, and those in which services disagree', () => {
    const jobs = container('jobs', { SERVICE_TYPE: 'JOBS_RUNNER', LICENSE_KEY: 'b', NODE_OPTIONS: '--x' });
    const found = describeSource([main({ LICENSE_KEY: 'a', ACME_A: '1', ACME_B: '2', NODE_OPTIONS: '--y' }), jobs], {
      ACME_B: 'carry',
    });
    expect(found?.problems).toMatchObject([
      { kind: 'variables-unknown', severity: 'WARNING', where: 'ACME_A' },
      {
        kind: 'variables-disagree',
        severity: 'WARNING',
        where: 'jobs, web',
        what: expect.stringMatching(/^LICENSE_KEY/),
      },
    ]);
    expect(found?.variables.find(({ name }) => name === 'LICENSE_KEY')).toMatchObject({
      secretValue: 'a',
      agrees: false,
    });
  });
});

test('a bucket is opened by keys that could not be read, too', () => {
  const references = new Map([['RR_DEFAULT_S3_ACCESS_KEY_ID', '/acme/key-id']]);
  const values = { SERVICE_TYPE: 'MAIN_BACKEND', ...database, ...key, RR_DEFAULT_S3_BUCKET: 'blobs' };
  const keys = (more: object) =>
    blobStoresOf(describeSource([container('web', values, more)])!).map((store) => store.keys);
  expect(keys({ references })).toEqual([true]);
  expect(keys({})).toEqual([false]);
});

describe('ports that are none', () => {
  const problems = (values: Record<string, string>) =>
    describeSource([main(values)])?.problems.map(({ kind, severity, where }) => ({ kind, severity, where }));

  test('stop where the main database is named by one, and are said of Retool Database', () => {
    expect(problems({ POSTGRES_PORT: '${PORT}' })).toEqual([
      { kind: 'database-unnamed', severity: 'BLOCKER', where: 'POSTGRES_PORT' },
    ]);
    expect(problems({ POSTGRES_PORT: '${PORT}', DATABASE_URL: 'postgres://u:p@db/retool' })).toEqual([]);
    const found = describeSource([
      main({ RETOOLDB_POSTGRES_HOST: 'h', RETOOLDB_POSTGRES_DB: 'd', RETOOLDB_POSTGRES_PORT: '${PORT}' }),
    ])!;
    expect(found.problems).toMatchObject([{ kind: 'database-unnamed', severity: 'WARNING' }]);
    expect(retoolDatabaseOf(found.main, found.database)).toMatchObject({ port: 5432 });
  });
});

test('volumes of the application are told with their paths; those of other containers are not', () => {
  const beside = container('proxy', {}, { image: 'nginx:1', volumes: ['/etc/nginx'] });
  const found = describeSource([{ ...main(), volumes: ['/retool_backend/certs'] }, beside]);
  expect(found?.problems).toMatchObject([
    { kind: 'not-looked', severity: 'INFO', where: 'web: /retool_backend/certs', todo: expect.stringMatching(/chart/) },
  ]);
  expect(describeSource([main(), beside])?.problems).toEqual([]);
});

describe('environment files', () => {
  const files = { environmentFiles: ['arn:aws:s3:::acme/retool.env'] };

  test('are said of the application, and of what may be some of it', () => {
    const web = container('web', { SERVICE_TYPE: 'MAIN_BACKEND', ...database, ...key }, files);
    const workers = container('workers', {}, files);
    const other = container('proxy', {}, { ...files, image: 'nginx:1' });
    const found = describeSource([web, workers, other])!;
    expect(found.environmentFiles).toEqual(files.environmentFiles);
    expect(found.problems).toMatchObject([
      {
        kind: 'not-looked',
        severity: 'WARNING',
        where: 'web: arn:aws:s3:::acme/retool.env; workers: arn:aws:s3:::acme/retool.env',
      },
    ]);
    expect(describeSource([main(), other])).toMatchObject({ environmentFiles: [], problems: [] });
  });
});

describe('how values are encrypted', () => {
  const flagsOf = (values: Record<string, string>, more: Parameters<typeof container>[2] = {}) => {
    const web = container('web', { SERVICE_TYPE: 'MAIN_BACKEND', ...database, ...key, ...values }, more);
    const { encryption, encryptionMode } = sourceFindings(describeSource([web])!, {
      database: null,
      kept: new Map(),
      print: (text) => text,
    });
    return { gcm: encryption?.gcm, v2: encryption?.v2, mode: encryptionMode };
  };

  test('is known where nothing is set, too', () => {
    expect(flagsOf({})).toEqual({ gcm: false, v2: false, mode: 'AES-CBC V1' });
    expect(flagsOf({ USE_GCM_ENCRYPTION: 'true' })).toEqual({ gcm: true, v2: false, mode: 'AES-GCM V1' });
  });

  test('is not known where a variable is set and cannot be read, or may be set in a file', () => {
    const references = new Map([['USE_GCM_ENCRYPTION', '/acme/gcm']]);
    expect(flagsOf({}, { references })).toEqual({ gcm: null, v2: false, mode: null });
    expect(flagsOf({ USE_ENCRYPTION_V2: 'true' }, { environmentFiles: ['arn:aws:s3:::acme/.env'] })).toEqual({
      gcm: null,
      v2: true,
      mode: null,
    });
  });
});

describe('Temporal', () => {
  const at = (host: string) => ({
    WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST: host,
    WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_PORT: '7233',
  });
  const worker = (values: Record<string, string>) =>
    container('workers', { SERVICE_TYPE: 'WORKFLOW_TEMPORAL_WORKER', ...values });

  test('is where workers say, if only they are told, and its variables follow it', () => {
    const found = describeSource([main({ WORKFLOW_TEMPORAL_TLS_KEY: 'k' }), worker(at('acme.a1.tmprl.cloud'))])!;
    expect(workflowsOf(found)).toEqual({
      workflows: true,
      agents: false,
      temporal: { host: 'acme.a1.tmprl.cloud', port: '7233', namespace: null, kind: 'cloud' },
    });
    expect(found.variables.find(({ name }) => name === 'WORKFLOW_TEMPORAL_TLS_KEY')?.fate).toBe('carry');
  });

  test("is the main backend's where they differ, port and all", () => {
    const here = describeSource([worker(at('temporal.retoolsvc')), main(at('acme.a1.tmprl.cloud'))])!;
    expect(workflowsOf(here)?.temporal?.kind).toBe('cloud');
    expect(workflowsOf(describeSource([main(), worker({})])!)?.temporal).toBeNull();
  });
});

test('of several main backends one that is to run counts, before one that was stopped', () => {
  const backend = (service: string, desiredCount: number) =>
    container(service, { SERVICE_TYPE: 'MAIN_BACKEND', ...database, ...key }, { desiredCount, image: `a:${service}` });
  expect(describeSource([backend('old', 0), backend('new', 2)], {})?.imageTag).toBe('new');
  expect(describeSource([backend('old', 0), backend('older', 0)], {})?.imageTag).toBe('old');
});

test('services that have different encryption keys stop a run', () => {
  const jobs = container('jobs', {
    SERVICE_TYPE: 'JOBS_RUNNER',
    ENCRYPTION_KEY: 'another key',
    ENCRYPTION_KEY_OLD: 'b',
  });
  expect(describeSource([main({ ENCRYPTION_KEY_OLD: 'a' }), jobs], {})?.problems).toMatchObject([
    { kind: 'variables-disagree', severity: 'BLOCKER', what: expect.stringMatching(/^ENCRYPTION_KEY has/) },
    { kind: 'variables-disagree', severity: 'BLOCKER', what: expect.stringMatching(/^ENCRYPTION_KEY_OLD has/) },
  ]);
});

test('a worker on another database than the main backend is told', () => {
  const jobs = (host: string) => container('jobs', { SERVICE_TYPE: 'JOBS_RUNNER', POSTGRES_HOST: host });
  const here = main({ POSTGRES_HOST: 'rds.invalid' });
  expect(describeSource([here, jobs('other.invalid')], {})?.problems).toMatchObject([
    {
      kind: 'variables-disagree',
      severity: 'WARNING',
      what: expect.stringMatching(/^POSTGRES_HOST differs .* only the database of the main backend is copied/),
      where: 'jobs, web',
    },
  ]);
  expect(describeSource([here, jobs('rds.invalid')], {})?.problems).toEqual([]);
});

test('only what moves, tells a role or opens the main database is read', () => {
  const all = new Map<string, string>();
  const read = [
    'LICENSE_KEY',
    'CLIENT_SECRET',
    'POSTGRES_PASSWORD',
    'POSTGRES_SSL_ENABLED',
    'PGSSLMODE',
    'DATABASE_URL',
    'SERVICE_TYPE',
    'WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_HOST',
    'WORKFLOW_TEMPORAL_CLUSTER_FRONTEND_PORT',
    'WORKFLOW_TEMPORAL_CLUSTER_NAMESPACE',
    'ACME_A',
  ];
  const left = ['ADMIN_API_ACCESS_TOKEN', 'NODE_ENV', 'POSTGRES_SSL_KEY', 'WORKFLOW_BACKEND_HOST'];
  expect([...read, ...left].filter((name) => isNeeded(name, all))).toEqual(read);
});

test('what may be told holds names, places and fingerprints; the values are in the texts to keep', () => {
  const found = describeSource([
    main({
      BASE_DOMAIN: 'https://retool.example.com',
      CLIENT_ID: 'public',
      CLIENT_SECRET: 'sso-secret',
      LICENSE_KEY: 'licence-secret',
      ENCRYPTION_KEY_OLD: 'the old key',
      ACME_A: 'whatever this is',
      RETOOLDB_POSTGRES_HOST: 'db.internal',
      RETOOLDB_POSTGRES_DB: 'retooldb',
      RETOOLDB_POSTGRES_PASSWORD: 'retooldb-secret',
      RR_BLOB_STORAGE_PROVIDER: 's3',
      RR_DEFAULT_S3_BUCKET: 'blobs',
    }),
  ])!;
  const words = wordsToKeep(found);
  expect(Object.fromEntries(words)).toEqual({
    'application-login': JSON.stringify({ username: 'retool', password: 'the application password' }),
    'encryption-key': 'the encryption key',
    carried: expect.stringContaining('"LICENSE_KEY":"licence-secret"'),
    'held-back': JSON.stringify({ CLIENT_ID: 'public', CLIENT_SECRET: 'sso-secret' }),
    undecided: JSON.stringify({ ACME_A: 'whatever this is' }),
  });
  expect(words.get('carried')).not.toContain('the encryption key');
  const kept = new Map([...words.keys()].map((name) => [name, `arn:${name}`]));
  const address = { secretArn: 'arn', host: 'h', port: 5432, database: 'd', ssl: 'disable' as const };
  const findings = SourceFindings.parse(
    sourceFindings(found, { database: address, kept, print: (secret) => `print of ${secret.length}` }),
  );
  const text = JSON.stringify(findings);
  for (const secret of [
    'application password',
    'encryption key',
    'old key',
    'sso-secret',
    'licence-secret',
    'retooldb-secret',
    'whatever this',
  ]) {
    expect(text).not.toContain(secret);
  }
  expect(findings).toMatchObject({
    encryptionKey: { secretArn: 'arn:encryption-key', fingerprint: 'print of 18' },
    encryption: { previousKey: { secretArn: 'arn:carried' } },
    retoolDatabase: { database: 'retooldb', sameServer: true },
    blobStores: [{ purpose: 'applications', provider: 's3', bucket: 'blobs', keys: false }],
    workflows: { workflows: false, agents: false, temporal: null },
  });
  expect(findings.variables.find(({ name }) => name === 'CLIENT_ID')).toMatchObject({
    fate: 'hold',
    value: 'public',
    collected: { secretArn: 'arn:held-back', key: 'CLIENT_ID' },
  });
});

test('half of a Retool Database is none', () => {
  expect(retoolDatabaseOf(new Map([['RETOOLDB_POSTGRES_HOST', 'h']]), null)).toBeNull();
});
