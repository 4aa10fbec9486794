import type { RunFindings } from '../../../lib/domain/drift/drift.ts';
import { deployed, dns, migrationFile, plan, record, source, target } from '../../support/run-documents.ts';
import { capacity, node, server, setOnTarget, variable } from '../preflight/world.ts';
import {
  addOn,
  behind,
  encryptedBy,
  flags,
  gate,
  jobs,
  license,
  main,
  named,
  ofSource,
  ofTarget,
  onSource,
  onTarget,
  table,
  web,
  window,
} from './findings.ts';

/** What was, what is, and the one change that must be told: what, was → is, how much it means. */
export const cases: Record<string, readonly [was: Partial<RunFindings>, is: Partial<RunFindings>, says: string]> = {
  'a migrated schema': [
    {},
    onSource({ schemaMigrations: { count: 701, newest: '20260101-new' } }),
    'schema migrations of the source: 700, the newest 20240301000000-last → 701, the newest 20260101-new, stops',
  ],
  'a new table': [{}, onSource({ largestTables: [table('public.new')] }), 'table public.new: not there → new, matters'],
  'a table that is gone': [
    onSource({ largestTables: [table('public.old')] }),
    {},
    'table public.old: there → gone, matters',
  ],
  'a new partition': [
    {},
    onSource({ largestTables: [table('public.audit_2026', { kind: 'partition' })] }),
    'table public.audit_2026: not there → new',
  ],
  'a lost primary key': [
    onSource({ largestTables: [table('public.a')] }),
    onSource({ largestTables: [table('public.a', { primaryKey: false })] }),
    'table public.a: primary key: there → none, matters',
  ],
  'an extension in another version': [
    onSource({ extensions: [{ name: 'hstore', version: '1.7' }] }),
    onSource({ extensions: [{ name: 'hstore', version: '1.8' }] }),
    'extension hstore: 1.7 → 1.8, matters',
  ],
  'another major version': [
    {},
    onTarget({ version: '16.1', major: 16 }),
    'PostgreSQL of the target: 15.4 → 16.1, stops',
  ],
  'another minor version': [{}, onSource({ version: '15.5' }), 'PostgreSQL of the source: 15.4 → 15.5'],
  'a larger server': [
    onTarget({ server: server() }),
    onTarget({ server: server({ instanceClass: 'db.m7g.xlarge' }) }),
    'class of the target’s server: db.m7g.large → db.m7g.xlarge, matters',
  ],
  'another key of stored values': [
    onSource(encryptedBy('one', true)),
    onSource(encryptedBy('two', true)),
    'keys that encrypted stored values: one → two, matters',
  ],
  'an add-on that went': [
    ofTarget(addOn(true)),
    ofTarget(addOn(false)),
    'add-on external-secrets: there → not there, matters',
  ],
  'another kind of server': [
    onSource({ provider: 'rds' }),
    onSource({ provider: 'aurora' }),
    'kind of server of the source: rds → aurora, matters',
  ],
  'another collation': [
    {},
    onSource({ collation: 'en_US.UTF-8' }),
    'collation of the source: C.UTF-8 → en_US.UTF-8, stops',
  ],
  'a source that grew a little': [{}, onSource({ sizeBytes: 70_000_000 }), 'size of the source: 60 MB → 70 MB'],
  'a source that doubled': [{}, onSource({ sizeBytes: 120_000_000 }), 'size of the source: 60 MB → 120 MB, matters'],
  'a large table that doubled': [
    onSource({ largestTables: [table('public.pages', { bytes: 10_000_000 })] }),
    onSource({ largestTables: [table('public.pages', { bytes: 25_000_000 })] }),
    'size of public.pages: 10 MB → 25 MB, matters',
  ],
  'a small table that doubled': [
    onSource({ largestTables: [table('public.pages', { bytes: 2_000_000 })] }),
    onSource({ largestTables: [table('public.pages', { bytes: 4_000_000 })] }),
    'size of public.pages: 2 MB → 4 MB',
  ],
  'a setting': [
    onSource({ settings: { max_locks_per_transaction: '64' } }),
    onSource({ settings: { max_locks_per_transaction: '32' } }),
    'max_locks_per_transaction of the source: 64 → 32, matters',
  ],
  'another release of the source': [
    {},
    ofSource({ imageTag: '3.148.0' }),
    'image tag of the source: 3.114.3-stable → 3.148.0, stops',
  ],
  'another release of the target': [
    {},
    ofTarget({ imageTag: null }),
    'image tag of the target: 3.114.3-stable → none, stops',
  ],
  'another database server': [
    {},
    ofTarget({ database: { ...target().database, host: 'other.invalid' } }),
    'database of the target: retool on target.invalid → retool on other.invalid, stops',
  ],
  'another encryption key': [
    {},
    ofSource({ encryptionKey: named('0'.repeat(32)) }),
    `encryption key of the source: ${'f'.repeat(32)} → ${'0'.repeat(32)}, matters`,
  ],
  'another encryption mode of the source': [
    {},
    ofSource({ encryptionMode: 'AES-GCM V1', encryption: flags({ gcm: true }) }),
    'USE_GCM_ENCRYPTION of the source: false → true, matters',
  ],
  'another encryption mode of the target': [
    {},
    ofTarget({ encryption: flags({ v2: true }) }),
    'USE_ENCRYPTION_V2 of the target: false → true, matters',
  ],
  'a rotation of the target’s key': [
    {},
    ofTarget({ encryption: flags({ previousKey: named('0'.repeat(32)) }) }),
    `previous encryption key of the target: none → ${'0'.repeat(32)}, matters`,
  ],
  'another service behind the gate': [
    {},
    ofTarget({ backend: { ingress: 'retool', service: 'other', port: 80 } }),
    'backend of the gate: retool, service retool:80 → retool, service other:80, matters',
  ],
  'another port behind the gate': [
    {},
    ofTarget({ backend: { ingress: 'retool', service: 'retool', port: 'http' } }),
    'backend of the gate: retool, service retool:80 → retool, service retool:http, matters',
  ],
  'an Ingress of another class': [
    {},
    ofTarget({ ingress: { ...gate!, class: 'nginx' } }),
    'Ingress of the target: class: alb → nginx, matters',
  ],
  'an Ingress with another host': [
    {},
    ofTarget({ ingress: { ...gate!, hosts: ['a.example.com', ...gate!.hosts] } }),
    'Ingress of the target: hosts: retool.acme.example.com → a.example.com, retool.acme.example.com, matters',
  ],
  'an Ingress with another service': [
    {},
    ofTarget({ ingress: { ...gate!, services: ['retool', 'beside'] } }),
    'Ingress of the target: services: retool → beside, retool, matters',
  ],
  'an application of the source on another database': [
    {},
    ofSource({ applicationDatabase: { ...source().applicationDatabase!, user: 'other' } }),
    'database that the application of the source opens: hammerhead_production on source.invalid:5432 as retool, SSL disable → hammerhead_production on source.invalid:5432 as other, SSL disable, matters',
  ],
  'an application of the target on another database': [
    {},
    ofTarget({ applicationDatabase: { ...target().applicationDatabase!, database: 'other' } }),
    'database that the application of the target opens: retool on target.invalid:5432 as retool, SSL disable → other on target.invalid:5432 as retool, SSL disable, matters',
  ],
  'a service less': [{}, ofSource({ services: [web!] }), 'service jobs: there → gone, matters'],
  'a larger service': [
    {},
    ofSource({ services: [{ ...web!, size: { cpuMillis: 2000, memoryMiB: 2048 } }, jobs!] }),
    'service web: size: 1 vCPU, 2048 MiB → 2 vCPU, 2048 MiB, matters',
  ],
  'another number of tasks': [
    {},
    ofSource({ services: [{ ...web!, desiredCount: 3 }, jobs!] }),
    'service web: tasks: 2 → 3',
  ],
  'nodes of another processor': [
    ofTarget({ capacity: capacity() }),
    ofTarget({ capacity: capacity({ nodes: [node(), node({ architecture: 'arm64' })] }) }),
    'processors of the nodes: amd64 → amd64, arm64',
  ],
  'other bounds of autoscaling': [
    {},
    ofSource({
      services: [
        {
          ...web!,
          autoscaling: {
            min: 1,
            max: 4,
            policies: [],
            scheduled: [],
            suspended: { scaleOut: false, scheduled: false },
          },
        },
        jobs!,
      ],
    }),
    'service web: autoscaling: none → 1 to 4',
  ],
  'another load balancer': [
    { dns: behind('old.elb.example.com') },
    { dns: behind('new.elb.example.com') },
    'load balancer of the target: old.elb.example.com → new.elb.example.com, matters',
  ],
  'a variable': [
    ofSource({ variables: [variable('LOG_LEVEL', { value: 'info' })] }),
    ofSource({ variables: [variable('LOG_LEVEL', { value: 'debug' })] }),
    'variable LOG_LEVEL: info → debug, matters',
  ],
  'a secret variable, whose value is not told': [
    ofSource({ variables: license('one') }),
    ofSource({ variables: license('two') }),
    'variable LICENSE_KEY: a secret → another secret, matters',
  ],
  'a variable that is dropped anyway': [
    {},
    ofSource({ variables: [variable('PORT', { fate: 'drop' })] }),
    'variable PORT: not there → new',
  ],
  'a variable of the target': [
    ofTarget({ variables: [setOnTarget('BASE_DOMAIN', { value: 'https://a' })] }),
    ofTarget({ variables: [setOnTarget('BASE_DOMAIN', { value: 'https://b' })] }),
    'variable of the target BASE_DOMAIN: https://a → https://b, matters',
  ],
  'an upgraded cluster': [
    {},
    ofTarget({ kubernetesVersion: 'v1.34.1-eks-1' }),
    'Kubernetes of the target: v1.33 → v1.34, matters',
  ],
  'smaller limits of a deployment': [
    {},
    ofTarget({ deployments: [{ ...main!, limits: { cpuMillis: 4000, memoryMiB: 4096 } }] }),
    'deployment retool: limits: 4 vCPU, 8192 MiB → 4 vCPU, 4096 MiB, matters',
  ],
  'a lowered TTL': [{ dns: dns(record({ ttl: 300 })) }, {}, 'TTL of retool.acme.example.com. CNAME: 300 s → 60 s'],
  'a raised TTL': [
    {},
    { dns: dns(record({ ttl: 300 })) },
    'TTL of retool.acme.example.com. CNAME: 60 s → 300 s, matters',
  ],
  'another record': [
    {},
    { dns: dns(record({ values: ['new.elb.example.com'] })) },
    'record retool.acme.example.com. CNAME: ecs.elb.example.com → new.elb.example.com, matters',
  ],
  'another version of Passage': [
    {},
    { plan: plan({ planDigest: 'e'.repeat(64) }) },
    'Passage itself: another version → this version, matters',
  ],
  'another version of Passage, with another window': [
    {},
    {
      plan: plan({ planDigest: 'e'.repeat(64), configurationDigest: 'e'.repeat(64) }),
      configuration: deployed({ ...migrationFile(), window }),
    },
    'Passage itself: another version → this version, matters',
  ],
  'another configuration, and not its window': [
    {},
    {
      plan: plan({ planDigest: 'e'.repeat(64), configurationDigest: 'e'.repeat(64) }),
      configuration: deployed({ ...migrationFile(), window, rehearsalFreshForHours: 24 }),
    },
    'rehearsalFreshForHours: 168 → 24, matters',
  ],
  'another configuration, by its fields': [
    {},
    {
      plan: plan({ planDigest: 'e'.repeat(64), configurationDigest: 'e'.repeat(64) }),
      configuration: deployed({ ...migrationFile(), rehearsalFreshForHours: 24 }),
    },
    'rehearsalFreshForHours: 168 → 24, matters',
  ],
};
