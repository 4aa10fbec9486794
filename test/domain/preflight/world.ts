import type { Collected } from '../../../lib/domain/preflight/check.ts';
import type { Autoscaling, ClusterNode, DatabaseServer } from '../../../lib/workflow/documents/capacity.ts';
import type {
  DatabaseFindings,
  DnsFindings,
  SourceFindings,
  TargetFindings,
} from '../../../lib/workflow/documents/collected.ts';
import type { Finding } from '../../../lib/workflow/documents/preflight.ts';
import {
  concerned,
  databases,
  deployed,
  dns,
  later,
  mail,
  migrationFile,
  noon,
  plan,
  rehearsal,
  sessionDefaults,
  source,
  target,
} from '../../support/run-documents.ts';

type SourceVariable = SourceFindings['variables'][number];
type TargetVariable = TargetFindings['variables'][number];

/** A variable of the source, as the task definition has it in clear. */
export const variable = (name: string, more: Partial<SourceVariable> = {}): SourceVariable => ({
  name,
  services: ['web'],
  fate: 'carry',
  because: 'moves',
  secret: false,
  value: null,
  fingerprint: null,
  from: 'environment',
  reference: null,
  collected: null,
  agrees: true,
  ...more,
});

/** A variable of the target's main backend. */
export const setOnTarget = (name: string, more: Partial<TargetVariable> = {}): TargetVariable => ({
  name,
  from: 'value',
  reference: null,
  value: null,
  fingerprint: null,
  ...more,
});

const [main] = target().deployments;
type Deployment = TargetFindings['deployments'][number];
/** A deployment of the target, by default its main backend. */
export const deployment = (more: Partial<Deployment> = {}): Deployment => ({ ...main!, ...more });

type Service = SourceFindings['services'][number];
const [web] = source().services;
/** A service of the source, by default its main backend. */
export const service = (more: Partial<Service> = {}): Service => ({ ...web!, ...more });

type Companion = SourceFindings['companions'][number];
/** A service of the source's cluster that is no part of the application itself. */
export const companion = (role: Companion['role']): Companion => {
  const { serviceType: _, roles: __, ...rest } = service({ service: 'beside' });
  return { ...rest, role };
};

/** An RDS instance with room and backups. */
export const server = (more: Partial<DatabaseServer> = {}): DatabaseServer => ({
  name: 'acme',
  engine: 'postgres',
  instanceClass: 'db.m7g.large',
  status: 'available',
  storage: { type: 'gp3', allocatedBytes: 20 * 2 ** 30, mostBytes: null },
  free: { bytes: 15 * 2 ** 30, at: later(-60) },
  filling: null,
  backupDays: 7,
  replicaOf: null,
  deletionProtection: true,
  maintenanceWindow: 'sun:03:00-sun:03:30',
  pending: [],
  ...more,
});

/** Auto scaling that an alarm of a policy sets off. */
export const scaling = (more: Partial<Autoscaling> = {}): Autoscaling => ({
  min: 2,
  max: 4,
  policies: ['cpu'],
  scheduled: [],
  suspended: { scaleOut: false, scheduled: false },
  ...more,
});

type Capacity = NonNullable<TargetFindings['capacity']>;
/** A node as AWS makes it from an m7i.xlarge. */
export const node = (more: Partial<ClusterNode> = {}): ClusterNode => ({
  name: 'ip-10-0-1-7',
  architecture: 'amd64',
  os: 'linux',
  open: true,
  allocatable: { cpuMillis: 3920, memoryMiB: 14_800 },
  madeBy: 'node-group',
  ...more,
});
/** A cluster whose deployments ask for little. */
export const capacity = (more: Partial<Capacity> = {}): Capacity => ({
  nodes: [node(), node({ name: 'ip-10-0-2-7' })],
  addsNodes: null,
  requested: { cpuMillis: 500, memoryMiB: 512 },
  ...more,
});

const record = 'retool.acme.example.com';
const database: Partial<DatabaseFindings> = {
  extensions: [
    { name: 'plpgsql', version: '1.0' },
    { name: 'uuid-ossp', version: '1.1' },
  ],
  settings: { max_locks_per_transaction: '64', superuser_reserved_connections: '3' },
  largestTables: [{ table: 'public.users', kind: 'table', bytes: 8192, rows: 3, primaryKey: true, unlogged: false }],
  resourceTypes: [{ type: 'postgresql', count: 2 }],
};
const { source: from, target: to } = databases();
const people = ['alice@acme.com', 'bob@acme.com', 'carol@acme.com'];

/** Where everything is as it should be. */
export const fine: Collected = {
  refused: null,
  plan: plan(),
  configuration: deployed({
    ...migrationFile(),
    approvals: {
      approvers: people.map((email) => ({ email })),
      required: 2,
      minutesToDecide: { go: 120, switch: 60 },
    },
  }),
  source: source({
    variables: [
      variable('BASE_DOMAIN', { value: `https://${record}` }),
      variable('LICENSE_KEY', {
        secret: true,
        fingerprint: 'license',
        collected: { secretArn: 'arn:secret:carried', key: 'LICENSE_KEY' },
      }),
    ],
  }),
  target: target({
    deployments: [deployment(), deployment({ name: 'retool-jobs', role: 'jobs-runner', mayMigrate: false })],
    variables: [
      setOnTarget('BASE_DOMAIN', { value: `https://${record}` }),
      setOnTarget('LICENSE_KEY', { fingerprint: 'license' }),
    ],
    capacity: capacity(),
    addOns: [
      { name: 'external-secrets', present: true, seen: 'API group external-secrets.io' },
      { name: 'load-balancer-controller', present: true, seen: 'API group elbv2.k8s.aws' },
    ],
  }),
  dns: {
    ...dns(),
    ...withBalancers({
      source: balancer('internet-facing', {}, { arn: 'arn:before', dnsName: 'ecs.elb.example.com' }),
      target: balancer('internet-facing'),
    }),
  },
  mail: mail({ recipients: people.map((email) => ({ email, suppressed: null, verified: null })) }),
  databases: {
    problems: [],
    workflowActivity: null,
    extensionsInStore: [{ name: 'uuid-ossp', installed: '1.1', version: '1.1', requires: [], creatable: 'yes' }],
    source: {
      ...from,
      ...database,
      server: server({ name: 'acme-source' }),
      growth: { since: later(-86_400), bytes: 1_000_000, bytesPerDay: 1_000_000 },
    },
    target: { ...to, ...database, server: server({ name: 'acme-target' }), largestTables: [], schemaMigrations: null },
  },
  lastRehearsal: rehearsal(),
  drift: { since: { run: 'monday', at: later(-3600) }, changes: [], notCompared: [] },
  now: Date.parse(noon),
};

type Balancer = NonNullable<DnsFindings['loadBalancers']['target']>;
type Certificate = Balancer['listeners'][number]['certificates'][number];

/** A load balancer with one certificate for the name. */
export function balancer(
  scheme: string,
  certificate: Partial<Certificate> = {},
  more: Partial<Balancer> = {},
): Balancer {
  const listed = {
    arn: 'arn:certificate',
    status: 'ISSUED',
    names: ['*.acme.example.com'],
    notAfter: later(200 * 86_400),
    type: 'AMAZON_ISSUED',
    ...certificate,
  };
  return {
    arn: 'arn:balancer',
    dnsName: 'eks.elb.example.com',
    hostedZoneId: null,
    scheme,
    type: 'application',
    listeners: [{ arn: 'arn:listener', port: 443, protocol: 'HTTPS', certificates: [listed] }],
    ...more,
  };
}

/** What the names lead to; null where nothing is said of one. */
export function withBalancers(more: Partial<DnsFindings['loadBalancers']>): Pick<DnsFindings, 'loadBalancers'> {
  return { loadBalancers: { source: null, target: null, ingress: null, ...more } };
}

export const withSource = (more: Partial<SourceFindings>): Partial<Collected> => ({
  source: { ...fine.source, ...more },
});
export const withTarget = (more: Partial<TargetFindings>): Partial<Collected> => ({
  target: { ...fine.target, ...more },
});
export const withDns = (more: Partial<DnsFindings>): Partial<Collected> => ({ dns: { ...fine.dns, ...more } });
export const withDatabases = (
  more: Partial<DatabaseFindings>,
  onTarget: Partial<DatabaseFindings> = {},
): Partial<Collected> => ({
  databases: {
    ...fine.databases,
    source: { ...fine.databases.source, ...more },
    target: { ...fine.databases.target, ...onTarget },
  },
});
/** As `withDatabases`, of what sessions begin with. */
export const withSessions = (
  more: Partial<DatabaseFindings['sessionDefaults']>,
  onTarget: Partial<DatabaseFindings['sessionDefaults']> = {},
): Partial<Collected> =>
  withDatabases(
    { sessionDefaults: sessionDefaults(more) },
    {
      sessionDefaults: sessionDefaults({
        logins: [concerned({ login: 'passage', of: 'passage' }), concerned({ sessions: 0, sessionsHere: 0 })],
        sessions: 1,
        ...onTarget,
      }),
    },
  );
export const withApprovals = (
  more: Partial<NonNullable<Collected['configuration']['approvals']>>,
): Partial<Collected> => ({
  configuration: { ...fine.configuration, approvals: { ...fine.configuration.approvals!, ...more } },
});

interface Case {
  /** A world that differs from the fine one. */
  readonly given: Partial<Collected>;
  readonly severity: Finding['severity'];
  /** What it must say in `saw` or `todo`. */
  readonly says?: RegExp;
}

/** What a check is tested with, by sentences: a file `checks/<id>.ts` beside this one for each check. */
export type Cases = Readonly<Record<string, Case>>;
