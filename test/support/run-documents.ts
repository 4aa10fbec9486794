import type { DeployedMigration } from '../../lib/workflow/configuration.ts';
import { MigrationConfiguration } from '../../lib/workflow/configuration.ts';
import type {
  ApprovalRequest,
  CopyProof,
  DatabasesFindings,
  DnsFindings,
  FenceProof,
  Lease,
  Plan,
  Preflight,
  RecordSet,
  Rehearsal,
  SourceFindings,
  TargetFindings,
  Vote,
} from '../../lib/workflow/documents.ts';

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
  ...more,
});

const address = (host: string, database: string) => ({
  secretArn: `arn:secret:${host}`,
  host,
  port: 5432,
  database,
  ssl: 'disable' as const,
});

export const source = (more: Partial<SourceFindings> = {}): SourceFindings => ({
  services: [
    { service: 'web', serviceType: 'MAIN_BACKEND', desiredCount: 2, taskDefinition: 'web:1' },
    { service: 'jobs', serviceType: 'JOBS_RUNNER', desiredCount: 1, taskDefinition: 'jobs:1' },
  ],
  imageTag: '3.114.3-stable',
  database: address('source.invalid', 'hammerhead_production'),
  applicationLogin: { user: 'retool', secretArn: 'arn:secret:application-login' },
  encryptionKey: { secretArn: 'arn:secret:key', fingerprint: 'f'.repeat(32) },
  encryptionMode: 'AES-CBC V1',
  ...more,
});

export const target = (more: Partial<TargetFindings> = {}): TargetFindings => ({
  deployments: [{ name: 'retool', role: 'main-backend', replicas: 0 }],
  imageTag: '3.114.3-stable',
  database: address('target.invalid', 'retool'),
  encryptionKey: { secretArn: null, fingerprint: 'f'.repeat(32) },
  backend: { ingress: 'retool', service: 'retool', port: 80 },
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
});

const database = (major: number) => ({
  version: `${major}.4`,
  major,
  encoding: 'UTF8',
  collation: 'C.UTF-8',
  sizeBytes: 60_000_000,
  tables: 40,
  longestTransactionSeconds: 0,
  extensions: [],
  rights: { readAllTables: true, createDatabase: true },
});

export const databases = (source = 15, target = 15): DatabasesFindings => ({
  source: database(source),
  target: database(target),
});

export const preflight = (findings: Preflight['findings'] = []): Preflight => ({ at: noon, findings });

export const rehearsal = (more: Partial<Rehearsal> = {}): Rehearsal => ({
  run: 'monday',
  planDigest: plan().planDigest,
  finishedAt: later(-3600),
  copySeconds: 8,
  sourceBytes: 60_000_000,
  predictedFreezeSeconds: { low: 20, high: 40 },
  ...more,
});

export const fence = (more: Partial<FenceProof> = {}): FenceProof => ({
  at: noon,
  sessions: 0,
  attacks: [{ login: 'retool on hammerhead_production', result: 'refused' }],
  tables: [{ oid: '1', file: '1', name: 'public.users', rows: 3, changed: 0 }],
  sequencesHash: 'e'.repeat(32),
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
  largestRowBytes: null,
  incidents: [],
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
