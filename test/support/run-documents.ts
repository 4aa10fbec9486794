import type { DeployedMigration } from '../../lib/workflow/configuration.ts';
import { MigrationConfiguration } from '../../lib/workflow/configuration.ts';
import type { ApprovalRequest, Vote } from '../../lib/workflow/documents/approval.ts';
import type { Boot } from '../../lib/workflow/documents/boot.ts';
import type {
  DatabaseFindings,
  DatabasesFindings,
  DnsFindings,
  MailFindings,
  RecordSet,
  SourceFindings,
  TargetFindings,
} from '../../lib/workflow/documents/collected.ts';
import type { Measurement } from '../../lib/workflow/documents/measurement.ts';
import type { Preflight } from '../../lib/workflow/documents/preflight.ts';
import type { CopyProof, FenceProof, Rehearsal, TargetWrite } from '../../lib/workflow/documents/proofs.ts';
import type { Lease, Plan } from '../../lib/workflow/documents/run.ts';

/** Documents of one run of one migration, as small as their schemas allow. Override what a test is about. */

export const lease: Lease = { migration: 'acme-retool', run: 'autumn', epoch: 1 };
export const journeyArn = 'arn:aws:states:eu-west-1:111111111111:execution:RetoolEcsToEks:autumn';
export const unwindArn = 'arn:aws:states:eu-west-1:111111111111:execution:Unwind:unwind-autumn-1-1';
export const noon = '2026-03-01T12:00:00.000Z';
export const later = (seconds: number, from = noon): string =>
  new Date(Date.parse(from) + seconds * 1000).toISOString();

export const people = ['alice@example.com', 'bob@example.com', 'carol@example.com'] as const;

/** What a migration's file says, before it is read. */
export const migrationFile = () => ({
  name: 'acme-retool',
  journey: 'retool-ecs-to-eks',
  platform: 'aws',
  source: { ecs: { cluster: 'acme-ecs' }, database: { loginSecret: 'passage/acme/source-login' } },
  target: {
    eks: { cluster: 'acme-eks' },
    application: { namespace: 'retool', ingress: 'retool' },
    database: { loginSecret: 'passage/acme/target-login' },
  },
  dns: { hostedZoneId: 'Z0ACME', record: 'retool.acme.example.com', target: 'eks.elb.example.com', ttlSeconds: 60 },
  approvals: {
    approvers: people.map((email) => ({ email })),
    required: 2,
    minutesToDecide: { go: 120, switch: 60 },
  },
});

export function deployed(file: object = migrationFile()): DeployedMigration {
  const read = MigrationConfiguration.parse(file);
  if (read.platform !== 'aws') throw new Error('this one is not deployed');
  return read;
}

export const plan = (more: Partial<Plan> = {}): Plan => ({
  run: lease.run,
  migration: lease.migration,
  mode: 'cutover',
  reason: 'CHG-1042',
  execution: journeyArn,
  startedAt: noon,
  configurationDigest: 'c'.repeat(64),
  planDigest: 'd'.repeat(64),
  databasesOnly: false,
  keep: false,
  level: 'copy',
  mail: false,
  ...more,
});

const address = (host: string, database: string) => ({
  secretArn: `arn:secret:${host}`,
  host,
  port: 5432,
  database,
  ssl: 'disable' as const,
});

const service = (name: string, serviceType: string, role: string, desiredCount: number) => ({
  service: name,
  serviceType,
  roles: [role],
  desiredCount,
  daemon: false,
  taskDefinition: `${name}:1`,
  launchType: 'FARGATE',
  image: 'tryretool/backend:3.114.3-stable',
  imageTag: '3.114.3-stable',
  size: { cpuMillis: 1000, memoryMiB: 2048 },
  architecture: null,
  autoscaling: 'none' as const,
  targetGroups: [],
  executeCommand: false,
});

/** Of a side whose database is known. */
type Located<F extends { database: unknown }> = Omit<F, 'database'> & { database: NonNullable<F['database']> };

export const source = (more: Partial<Located<SourceFindings>> = {}): Located<SourceFindings> => ({
  services: [service('web', 'MAIN_BACKEND', 'main-backend', 2), service('jobs', 'JOBS_RUNNER', 'jobs-runner', 1)],
  companions: [],
  imageTag: '3.114.3-stable',
  database: address('source.invalid', 'hammerhead_production'),
  applicationLogin: { user: 'retool', secretArn: 'arn:secret:application-login' },
  encryptionKey: { secretArn: 'arn:secret:key', fingerprint: 'f'.repeat(32) },
  applicationDatabase: {
    host: 'source.invalid',
    port: 5432,
    database: 'hammerhead_production',
    user: 'retool',
    ssl: 'disable',
  },
  encryptionMode: 'AES-CBC V1',
  encryption: { gcm: false, v2: false, previousKey: null },
  environmentFiles: [],
  variables: [],
  retoolDatabase: null,
  blobStores: [],
  workflows: { workflows: false, agents: false, temporal: null },
  problems: [],
  ...more,
});

export const target = (more: Partial<Located<TargetFindings>> = {}): Located<TargetFindings> => ({
  namespace: 'retool',
  deployments: [
    {
      name: 'retool',
      role: 'main-backend',
      replicas: 0,
      readyReplicas: 0,
      image: 'tryretool/backend:3.114.3-stable',
      imageTag: '3.114.3-stable',
      release: 'retool',
      requests: { cpuMillis: 2000, memoryMiB: 4096 },
      limits: { cpuMillis: 4000, memoryMiB: 8192 },
      serviceAccount: null,
      architectures: null,
      mayMigrate: true,
      keeper: null,
    },
  ],
  imageTag: '3.114.3-stable',
  database: address('target.invalid', 'retool'),
  encryptionKey: { secretArn: null, fingerprint: 'f'.repeat(32) },
  applicationDatabase: { host: 'target.invalid', port: 5432, database: 'retool', user: 'retool', ssl: 'disable' },
  applicationLogin: { user: 'retool', through: 'Secret db-credentials/password', unknown: null },
  encryption: { gcm: false, v2: false, previousKey: null },
  variables: [],
  environmentFrom: [],
  quotas: [],
  releases: [{ namespace: 'retool', release: 'retool', deployment: 'retool' }],
  addOns: [],
  kubernetesVersion: 'v1.33.5',
  capacity: null,
  ingress: {
    name: 'retool',
    class: 'alb',
    hosts: ['retool.acme.example.com'],
    hostnames: ['eks.elb.example.com'],
    annotations: {},
    services: ['retool'],
    backends: [{ service: 'retool', port: 80 }],
    defaultBackend: null,
    gated: false,
    keeper: null,
  },
  backend: { ingress: 'retool', service: 'retool', port: 80 },
  problems: [],
  ...more,
});

export const record = (more: Partial<RecordSet> = {}): RecordSet => ({
  name: 'retool.acme.example.com.',
  type: 'CNAME',
  ttl: 60,
  values: ['ecs.elb.example.com'],
  alias: null,
  setIdentifier: null,
  ...more,
});

export const dns = (...records: RecordSet[]): DnsFindings => ({
  zone: 'acme.example.com',
  records: records.length > 0 ? records : [record()],
  nameServers: ['ns1.invalid'],
  privateZone: false,
  rivals: [],
  answers: [{ server: 'ns1.invalid', answer: ['ecs.elb.example.com'] }],
  loadBalancers: { source: null, target: null, ingress: null },
  problems: [],
});

export const mail = (more: Partial<MailFindings> = {}): MailFindings => ({
  from: 'passage@acme.com',
  sender: { identity: 'acme.com', verified: true, dkim: 'SUCCESS' },
  account: { sandbox: false, sending: true, leftToday: 50_000 },
  recipients: people.map((email) => ({ email, suppressed: null, verified: null })),
  problems: [],
  ...more,
});

type SessionDefaults = DatabaseFindings['sessionDefaults'];

/** A login without a limit, which may do what it must. */
export const concerned = (
  more: Partial<SessionDefaults['logins'][number]> = {},
): SessionDefaults['logins'][number] => ({
  login: 'retool',
  of: 'application',
  exists: true,
  maySignIn: true,
  superuser: false,
  administrator: false,
  hasPassageRights: true,
  rightsAhead: false,
  limit: null,
  sessions: 4,
  sessionsHere: 4,
  ...more,
});

/** Sessions that begin as PostgreSQL is shipped. */
export const sessionDefaults = (more: Partial<SessionDefaults> = {}): SessionDefaults => ({
  stored: [],
  server: {
    default_transaction_isolation: 'read committed',
    default_transaction_read_only: 'off',
    idle_in_transaction_session_timeout: '0',
    idle_session_timeout: '0',
    lock_timeout: '0',
    search_path: '"$user", public',
    statement_timeout: '0',
  },
  logins: [concerned({ login: 'passage', of: 'passage', sessions: 1, sessionsHere: 0 }), concerned()],
  limit: null,
  sessions: 5,
  reserved: 3,
  ...more,
});

const database = (major: number): DatabaseFindings => ({
  version: `${major}.4`,
  major,
  encoding: 'UTF8',
  collation: 'C.UTF-8',
  sizeBytes: 60_000_000,
  tables: 40,
  longestTransactionSeconds: 0,
  preparedTransactions: [],
  fence: { refusal: null },
  extensions: [],
  rights: {
    write: true,
    readAllTables: true,
    createDatabase: true,
    createSchema: true,
    createRole: true,
    ownsDatabase: true,
    endSessions: true,
    seeSessions: true,
  },
  provider: null,
  settings: {},
  sessions: { used: 5, most: 100 },
  sessionDefaults: sessionDefaults(),
  largestTables: [],
  schemaMigrations: { count: 700, newest: '20240301000000-last' },
  canaries: null,
  resourceTypes: null,
  growth: null,
  server: null,
});

export const databases = (source = 15, target = 15): DatabasesFindings => ({
  source: database(source),
  target: { ...database(target), tables: 0 },
  workflowActivity: null,
  extensionsInStore: [],
  problems: [],
});

export const targetWrite = (more: Partial<TargetWrite> = {}): TargetWrite => ({
  at: noon,
  login: { user: 'retool', through: 'Secret db-credentials/password', unknown: null },
  tried: { table: 'public.users', settings: [], notes: [] },
  ...more,
});

export const preflight = (findings: Preflight['findings'] = []): Preflight => ({ at: noon, findings });

export const rehearsal = (more: Partial<Rehearsal> = {}): Rehearsal => ({
  run: 'monday',
  planDigest: plan().planDigest,
  finishedAt: later(-3600),
  copySeconds: 8,
  sourceBytes: 60_000_000,
  predictedFreezeSeconds: { low: 20, high: 40 },
  level: 'boot',
  ...more,
});

/** What Monday's rehearsal measured. */
export const measurement = (more: Partial<Measurement> = {}): Measurement => ({
  run: 'monday',
  mode: 'rehearsal',
  at: later(-3600),
  planDigest: plan().planDigest,
  sourceBytes: 60_000_000,
  copy: {
    bytes: 50_000_000,
    seconds: 8,
    dumpSeconds: 4,
    restoreSeconds: 6,
    proofSeconds: 2,
    bytesPerSecond: 6_250_000,
    incidents: 0,
  },
  parts: { 'Start the workers': 2, 'Copy and prove': 8 },
  bootSeconds: null,
  predicted: { low: 20, high: 40 },
  freezeSeconds: null,
  grade: null,
  ...more,
});

export const fence = (more: Partial<FenceProof> = {}): FenceProof => ({
  at: noon,
  sessions: 0,
  attacks: [{ login: 'retool on hammerhead_production', result: 'refused' }],
  tables: [{ oid: '1', file: '1', name: 'public.users', rows: 3, changed: 0 }],
  sequencesHash: 'e'.repeat(32),
  applicationRights: null,
  ...more,
});

export const copyProof = (more: Partial<CopyProof> = {}): CopyProof => ({
  copy: 'main',
  into: 'target',
  database: 'retool',
  startedAt: noon,
  dumpedAt: later(4),
  restoredAt: later(6),
  provedAt: later(8),
  rows: 3,
  bytes: 300,
  stagedBytes: 100,
  tables: [{ table: 'public.users', rowsSource: 3, rowsTarget: 3, bytes: 300, seconds: 1, equal: true }],
  differences: [],
  memoryBytes: { dump: 100_000_000, restore: 100_000_000 },
  cpuSeconds: { dump: 2, restore: 3 },
  proofShare: 0.25,
  largestRowBytes: null,
  incidents: [],
  catalog: { objects: 12, remarks: [] },
  ...more,
});

export const boot = (more: Partial<Boot> = {}): Boot => ({
  deployment: 'retool',
  namespace: 'retool',
  pod: 'passage-boot',
  image: 'tryretool/backend:3.114.3-stable',
  database: 'passage_autumn',
  previewName: 'preview.retool.acme.example.com',
  changes: [{ name: 'POSTGRES_DB', how: 'set', because: 'the scratch database' }],
  createdAt: later(9),
  startedAt: later(11),
  healthyAt: later(15),
  seconds: { start: 2, boot: 4 },
  health: { status: 'HEALTHY', version: '3.114.3-stable' },
  migrations: { logged: true, before: 700, after: 700, newest: '20240301000000-last' },
  memory: { peakBytes: 812_000_000, samples: 14, because: null, limit: '8Gi' },
  decryption: { proved: true, saw: 'The application encrypted a value with the key that 71 stored values name.' },
  ...more,
});

export const request = (more: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  id: 'autumn-go',
  subject: 'go',
  lease,
  reason: 'CHG-1042',
  requester: 'arn:aws:iam::111111111111:user/dave',
  requestedAt: noon,
  deadline: later(3600),
  required: 2,
  approvers: people.map((email) => ({ email, keyHash: 'a'.repeat(64) })),
  excluded: [],
  evidence: [],
  planDigest: plan().planDigest,
  digest: '1'.repeat(64),
  facts: [],
  ...more,
});

export const vote = (email: string, more: Partial<Vote> = {}): Vote => ({
  approval: 'autumn-go',
  email,
  decision: 'approve',
  digest: '1'.repeat(64),
  comment: '',
  at: later(60),
  ...more,
});
