import { z } from 'zod';
import { ClusterCapacity, DatabaseServer } from './capacity.ts';
import {
  AddOn,
  Address,
  BlobStore,
  Canaries,
  Companion,
  Encryption,
  Fingerprinted,
  Growth,
  IngressFindings,
  LoadBalancer,
  NamedDatabase,
  Problem,
  Quota,
  Release,
  RetoolDatabase,
  SourceService,
  SourceVariable,
  TableFindings,
  TargetDeployment,
  TargetVariable,
  Workflows,
} from './findings.ts';
import { SessionDefaults, TargetLogin } from './sessions.ts';

const Instant = z.iso.datetime();
const Count = z.int().nonnegative();

/** `runs/<run>/source.json`. Without an ECS cluster in the configuration: lists are empty, everything but `database` is null. */
export const SourceFindings = z.strictObject({
  services: z.array(SourceService),
  /** Services of the cluster without a SERVICE_TYPE. */
  companions: z.array(Companion),
  /** Of the main backend. */
  imageTag: z.string().nullable(),
  /** Where Passage's own login goes; null where nobody says where the database is, by which preflight stops. */
  database: Address.nullable(),
  /** The database that the application's variables name. */
  applicationDatabase: NamedDatabase.nullable(),
  /** The login that the application itself uses; the freeze locks it. */
  applicationLogin: z.strictObject({ user: z.string(), secretArn: z.string() }).nullable(),
  encryptionKey: Fingerprinted.nullable(),
  /** As in `AES-GCM V2`. */
  encryptionMode: z.string().nullable(),
  encryption: Encryption.nullable(),
  /** Environment files in S3 from which its containers take variables, by ARN: nothing of them is among `variables`. */
  environmentFiles: z.array(z.string()).default([]),
  /** Every variable of every service of the application, by name. */
  variables: z.array(SourceVariable),
  retoolDatabase: RetoolDatabase.nullable(),
  blobStores: z.array(BlobStore),
  workflows: Workflows.nullable(),
  problems: z.array(Problem),
});
export type SourceFindings = z.infer<typeof SourceFindings>;

/** `runs/<run>/target.json`. Without an application, in the configuration or on the cluster: what tells of it is empty or null. */
export const TargetFindings = z.strictObject({
  /** Where the application is: as configured, or as found by the role label; null where it was not found. */
  namespace: z.string().nullable(),
  deployments: z.array(TargetDeployment),
  /** Of the main backend. */
  imageTag: z.string().nullable(),
  /** Where Passage's own login goes; null where nobody says where the database is, by which preflight stops. */
  database: Address.nullable(),
  /** The database that the main backend's variables name, as far as they stand in clear. */
  applicationDatabase: NamedDatabase.nullable(),
  /** How the application signs in there, as far as its main backend tells; null without an application. */
  applicationLogin: TargetLogin.nullable(),
  encryptionKey: Fingerprinted.nullable(),
  encryption: Encryption.nullable(),
  /** Of the main backend, by name. */
  variables: z.array(TargetVariable),
  /** Secrets and ConfigMaps from which the main backend takes all keys as variables (`envFrom`). */
  environmentFrom: z.array(
    z.strictObject({
      kind: z.enum(['secret', 'config-map']),
      name: z.string(),
      /** What told its keys: `ConfigMap …`, `Secret …`, or `ExternalSecret …`, which knows names alone; null for nothing. */
      through: z.string().nullable(),
      /** Whether all its keys are among `variables`. */
      complete: z.boolean(),
    }),
  ),
  /** Of the application's namespace; null where Passage may not list them. */
  quotas: z.array(Quota).nullable(),
  /** Every release of the application in the cluster; null where Passage may look at one namespace only. */
  releases: z.array(Release).nullable(),
  addOns: z.array(AddOn),
  /** As in `v1.33.5-eks-…`. */
  kubernetesVersion: z.string().nullable(),
  /** Null where Passage may not list nodes. */
  capacity: ClusterCapacity.nullable(),
  ingress: IngressFindings.nullable(),
  /** The one Ingress backend that serves users once the gate is open; null where it is not one. */
  backend: z
    .strictObject({ ingress: z.string(), service: z.string(), port: z.union([z.string(), z.int()]) })
    .nullable(),
  problems: z.array(Problem),
});
export type TargetFindings = z.infer<typeof TargetFindings>;

export const RecordSet = z.strictObject({
  name: z.string(),
  type: z.string(),
  ttl: z.int().nullable(),
  values: z.array(z.string()),
  /** Alias target, where the record is one. */
  alias: z
    .strictObject({ hostedZoneId: z.string(), dnsName: z.string(), evaluateTargetHealth: z.boolean() })
    .nullable(),
  /** Anything that makes it one of several records of the same name and type. */
  setIdentifier: z.string().nullable(),
});
export type RecordSet = z.infer<typeof RecordSet>;

/** `runs/<run>/dns.json`. */
export const DnsFindings = z.strictObject({
  zone: z.string().nullable(),
  records: z.array(RecordSet),
  /** The zone's own name servers, of its delegation set. */
  nameServers: z.array(z.string()),
  /** Whether the zone is private: only networks that it is tied to see it. */
  privateZone: z.boolean().nullable(),
  /** Other zones of this name, or of one between it and the record, in the account: they answer for it to some who ask. */
  rivals: z.array(z.strictObject({ hostedZoneId: z.string(), name: z.string(), private: z.boolean() })),
  /** What each name server that must agree on a switch answers now: targets or addresses, empty for no answer. */
  answers: z.array(z.strictObject({ server: z.string(), answer: z.array(z.string()) })),
  /** Null where a name is that of no load balancer of this account and region, or where Passage may not look. */
  loadBalancers: z.strictObject({
    /** Behind the record now. */
    source: LoadBalancer.nullable(),
    /** Behind `dns.target`, to which the record will point. */
    target: LoadBalancer.nullable(),
    /** Of the target's Ingress, by what its controller published: the same, unless something stands between. */
    ingress: LoadBalancer.nullable(),
  }),
  problems: z.array(Problem),
});
export type DnsFindings = z.infer<typeof DnsFindings>;

/** `runs/<run>/mail.json`: what SES will do with mail to the approvers. Without approvals: everything is empty. */
export const MailFindings = z.strictObject({
  from: z.string(),
  /** What answers for the sender: the address or its domain; null where SES knows neither, or nobody looked. */
  sender: z
    .strictObject({
      identity: z.string(),
      verified: z.boolean(),
      /** `SUCCESS`, `PENDING`, `NOT_STARTED`, … */
      dkim: z.string().nullable(),
    })
    .nullable(),
  /** Null where Passage may not look. */
  account: z
    .strictObject({
      /** Mail goes only to verified addresses and domains. */
      sandbox: z.boolean(),
      sending: z.boolean(),
      /** How many mails more SES takes within 24 hours; null without a quota. */
      leftToday: Count.nullable(),
    })
    .nullable(),
  recipients: z.array(
    z.strictObject({
      email: z.string(),
      /** Why the address is on the account's suppression list, or null. */
      suppressed: z.enum(['BOUNCE', 'COMPLAINT']).nullable(),
      /** In the sandbox: whether mail may go there; null outside of it. */
      verified: z.boolean().nullable(),
    }),
  ),
  problems: z.array(Problem),
});
export type MailFindings = z.infer<typeof MailFindings>;

const DatabaseFindings = z.strictObject({
  version: z.string(),
  major: z.int(),
  encoding: z.string(),
  /** As the PostgreSQL adapter reads it, to create the copy alike. */
  collation: z.string(),
  sizeBytes: Count,
  tables: Count,
  longestTransactionSeconds: z.number(),
  /** Of every database of the server. */
  preparedTransactions: z.array(z.strictObject({ database: z.string(), seconds: z.number() })),
  /** Why the application could not be locked out, in a sentence, or null; null as a whole where it was not looked at. */
  fence: z.strictObject({ refusal: z.string().nullable() }).nullable(),
  extensions: z.array(z.strictObject({ name: z.string(), version: z.string() })),
  /** What Passage's login may do here, by the right's name. */
  rights: z.record(z.string(), z.boolean()),
  /** `aurora`, `rds`, or null for a server that is neither. */
  provider: z.enum(['aurora', 'rds']).nullable(),
  /** Settings for new sessions that a copy or the application depends on, by name; numbers with their unit, as in `128 MB` or `16384 8kB`. */
  settings: z.record(z.string(), z.string()),
  /** Sessions now, of any login and database, and how many there may be. */
  sessions: z.strictObject({ used: Count, most: Count }),
  /** What sessions of Passage's and of the application's login begin with, and how many there may be. */
  sessionDefaults: SessionDefaults,
  /** The largest first; at most 1,000. */
  largestTables: z.array(TableFindings),
  /** `"SequelizeMeta"`: how many schema migrations have run, and the newest; null where there is no such table. */
  schemaMigrations: z.strictObject({ count: Count, newest: z.string().nullable() }).nullable(),
  /** Null where the database holds no table of Retool. */
  canaries: Canaries.nullable(),
  /** Rows of `resources` by type; Retool Storage is one of them. Null where there is no such table. */
  resourceTypes: z.array(z.strictObject({ type: z.string(), count: Count })).nullable(),
  /** Null for the target, and where no rehearsal came before. */
  growth: Growth.nullable(),
  /** Null for a server that is none of RDS in this account and region, and where Passage could not look. */
  server: DatabaseServer.nullable(),
});
export type DatabaseFindings = z.infer<typeof DatabaseFindings>;

/** `runs/<run>/databases.json`. */
export const DatabasesFindings = z.strictObject({
  source: DatabaseFindings,
  target: DatabaseFindings,
  /** What workflows do at the source; null where its database has no table of them that Passage knows. */
  workflowActivity: z
    .strictObject({
      /** Runs of the last 60 days that have not ended, by state; null where no table tells. */
      runs: z
        .strictObject({
          table: z.string(),
          open: z.array(z.strictObject({ status: z.string(), count: Count, oldest: Instant.nullable() })),
        })
        .nullable(),
      /** Schedules that are on, and how many workflows have each; null where no table tells. */
      schedules: z
        .array(z.strictObject({ crontab: z.string(), timezone: z.string().nullable(), workflows: Count }))
        .nullable(),
    })
    .nullable(),
  /** What the target would make of the source's extensions, by name; plpgsql left out. */
  extensionsInStore: z.array(
    z.strictObject({
      name: z.string(),
      /** Version in the named target database, or null. */
      installed: z.string().nullable(),
      /** The version that CREATE EXTENSION brings; null where the server has none of this name. */
      version: z.string().nullable(),
      /** Extensions that must be there before. */
      requires: z.array(z.string()),
      /** Whether Passage's login may create it. `provider`: PostgreSQL asks for a superuser, the provider makes exceptions. */
      creatable: z.enum(['yes', 'provider', 'no']),
    }),
  ),
  problems: z.array(Problem),
});
export type DatabasesFindings = z.infer<typeof DatabasesFindings>;
