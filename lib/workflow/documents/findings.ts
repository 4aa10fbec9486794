import { z } from 'zod';
import { Architecture, Autoscaling, Sizing } from './capacity.ts';

/** What the documents of a run's collecting are made of: `source`, `target`, `dns`, `mail` and `databases` of collected.ts. */

const Instant = z.iso.datetime();
const Count = z.int().nonnegative();

/** Where a database is and which secret opens it. No password. */
export const Address = z.strictObject({
  secretArn: z.string(),
  host: z.string(),
  port: z.int(),
  database: z.string(),
  ssl: z.enum(['disable', 'require']),
});
export type Address = z.infer<typeof Address>;

/** A secret's whereabouts and what can be compared without knowing it. */
export const Fingerprinted = z.strictObject({ secretArn: z.string().nullable(), fingerprint: z.string() });
export type Fingerprinted = z.infer<typeof Fingerprinted>;

/** What a problem is about; preflight turns each kind into a finding of that id. */
export const ProblemKind = z.enum([
  /** Several main backends that do not agree on the database, the key or the version. */
  'source-ambiguous',
  /** A task definition or deployment names no whole database; the login's secret says where it is, or nobody does. */
  'database-unnamed',
  /** The application's database is another one than the login's secret says. */
  'database-elsewhere',
  /** A value that a task definition or deployment takes from elsewhere, or a login of Passage's own, could not be read. */
  'secret-unreadable',
  /** An ENCRYPTION_KEY that cannot be one: JSON, blanks around it, characters beyond ASCII. */
  'encryption-key-format',
  /** A variable that Passage does not know: a person says whether it moves. */
  'variables-unknown',
  /** A variable that moves has different values in different services. */
  'variables-disagree',
  /** The application is not found on the target cluster. */
  'target-missing',
  /** The target cluster runs more than one release of the application. */
  'release-ambiguous',
  /** No value of the database says which key encrypted it, or a place where such values are kept is missing. */
  'canaries-missing',
  /** Encrypted values of a shape that Passage does not know, or of more than one key. */
  'canaries-unknown',
  /** Another zone of the same name answers some of those who ask. */
  'zone-split',
  /** Passage had no right to look, so something is not known. */
  'not-looked',
]);
export type ProblemKind = z.infer<typeof ProblemKind>;

/** What could not be learned, or what a person must decide: a value of the document, where a run can still go on. */
export const Problem = z.strictObject({
  kind: ProblemKind,
  severity: z.enum(['INFO', 'WARNING', 'BLOCKER']),
  /** What happened, in a sentence. */
  what: z.string(),
  /** To which thing: an ARN, a variable, a deployment, a column. */
  where: z.string(),
  /** What to do now, in a sentence. */
  todo: z.string(),
});
export type Problem = z.infer<typeof Problem>;

/** A service of the source cluster, as its task definition states it. */
const EcsService = z.strictObject({
  service: z.string(),
  desiredCount: Count,
  /** ECS keeps one task on every instance: it has no count that could be set. */
  daemon: z.boolean(),
  /** ARN with its revision. */
  taskDefinition: z.string(),
  /** `FARGATE`, `EC2`, `EXTERNAL`; null where a capacity provider decides. */
  launchType: z.string().nullable(),
  /** Whole, as in `tryretool/backend:3.148.5-stable`. */
  image: z.string(),
  /** The image's tag; null where it has none, only a digest. */
  imageTag: z.string().nullable(),
  /** Of one task. */
  size: Sizing,
  /** Of the task definition's `runtimePlatform`; null where it states none. */
  architecture: Architecture.nullable(),
  /** How Application Auto Scaling moves the desired count; null where Passage may not look. */
  autoscaling: z.union([Autoscaling, z.literal('none')]).nullable(),
  /** ARNs of the target groups of load balancers. */
  targetGroups: z.array(z.string()),
  /** Whether `ecs execute-command` may be used. */
  executeCommand: z.boolean(),
});

/** A service of the application: its containers have a SERVICE_TYPE. StopSource stops exactly these. */
export const SourceService = EcsService.extend({
  /** As set, as in `MAIN_BACKEND,DB_CONNECTOR`; of several containers, all of them. */
  serviceType: z.string(),
  /** What SERVICE_TYPE means, in the words of the chart's role label: `main-backend`, `jobs-runner`, `workflow-worker`, … */
  roles: z.array(z.string()),
});

/** A service of the cluster without a SERVICE_TYPE; Passage leaves it running. */
export const Companion = EcsService.extend({
  /** By its image; null where it is no part of the application as far as Passage knows. */
  role: z.enum(['code-executor', 'temporal']).nullable(),
});

/**
 * What becomes of a variable. `carry`: set on the target as it is. `derive`: the target has its own value. `drop`: the
 * chart sets it, or it was for the first start only. `hold`: carried, but set only once the target was checked (single
 * sign-on). `ask`: unknown; a person says `carry` or `drop` in the configuration.
 */
export const Fate = z.enum(['carry', 'derive', 'drop', 'hold', 'ask']);
export type Fate = z.infer<typeof Fate>;

/** A variable of the source's containers; in what differs between services, as the main backend has it. */
export const SourceVariable = z.strictObject({
  name: z.string(),
  /** Services whose containers set it, by name. */
  services: z.array(z.string()),
  fate: Fate,
  /** Why, in a few words for people. */
  because: z.string(),
  /** Whether the value may be a secret; a variable that Passage does not know counts as one. */
  secret: z.boolean(),
  /** The value where it is known to be no secret; otherwise null. */
  value: z.string().nullable(),
  /** Keyed, of secrets; null of others, and where the value could not be read. */
  fingerprint: z.string().nullable(),
  /** Where the task definition takes it from. */
  from: z.enum(['environment', 'secrets-manager', 'parameter-store']),
  /** `valueFrom` as the task definition states it: an ARN or a name, never a value; null for `environment`. */
  reference: z.string().nullable(),
  /** Where Passage put the value of what moves: a key of a secret that holds JSON, or null for a secret's whole text. */
  collected: z.strictObject({ secretArn: z.string(), key: z.string().nullable() }).nullable(),
  /** Whether every service that sets it sets the same. */
  agrees: z.boolean(),
});
export type SourceVariable = z.infer<typeof SourceVariable>;

/** How values are encrypted; the key alone does not tell. */
export const Encryption = z.strictObject({
  /** USE_GCM_ENCRYPTION: AES-GCM instead of AES-CBC. Null where the variable may be set but cannot be read. */
  gcm: z.boolean().nullable(),
  /** USE_ENCRYPTION_V2, likewise. */
  v2: z.boolean().nullable(),
  /** ENCRYPTION_KEY_OLD: a rotation is not over, and both keys move. */
  previousKey: Fingerprinted.nullable(),
});
export type Encryption = z.infer<typeof Encryption>;

/** A database by what an application's variables say of it; no password. */
export const NamedDatabase = z.strictObject({
  host: z.string(),
  port: z.int(),
  database: z.string(),
  user: z.string(),
  ssl: z.enum(['disable', 'require']),
});
export type NamedDatabase = z.infer<typeof NamedDatabase>;

/** Retool Database, where builders keep tables of their own: another database, which this migration does not move. */
export const RetoolDatabase = NamedDatabase.extend({
  /** Whether it is on the server of the main database. */
  sameServer: z.boolean(),
});

/** A bucket that variables configure. Retool Storage is none of these: it is a resource within the main database. */
export const BlobStore = z.strictObject({
  purpose: z.enum(['applications', 'agent-evals']),
  /** `s3`, `gcs`, `azure`, as set. */
  provider: z.string(),
  bucket: z.string().nullable(),
  region: z.string().nullable(),
  /** Whether keys are set; without them the task's own role opens it, and the target's pods need that right too. */
  keys: z.boolean(),
});

/** Workflows and agents, by the services that run and the Temporal cluster that their variables name. */
export const Workflows = z.strictObject({
  /** Whether a workflow backend or worker is deployed. */
  workflows: z.boolean(),
  agents: z.boolean(),
  temporal: z
    .strictObject({
      host: z.string(),
      port: z.string().nullable(),
      namespace: z.string().nullable(),
      /** `own`: a name that only the source's network knows, to be derived anew. `cloud`: Temporal Cloud, carried. */
      kind: z.enum(['own', 'cloud', 'other']),
    })
    .nullable(),
});

/** What sets an object of the cluster back to what a repository says, as far as its marks tell. */
export const Keeper = z.strictObject({
  /** `not-helm`: the chart was rendered by something that leaves no mark, and Helm did not install it. */
  by: z.enum(['argo-cd', 'flux', 'not-helm']),
  /** Of Argo CD's application; Flux's kind and name; of the chart's release. */
  name: z.string(),
});
export type Keeper = z.infer<typeof Keeper>;

/** A deployment of the target by the chart's role label on its pod template. */
export const TargetDeployment = z.strictObject({
  name: z.string(),
  /** `main-backend`, `jobs-runner`, …; the label, or what SERVICE_TYPE means on charts that have no label yet. */
  role: z.string(),
  replicas: Count,
  readyReplicas: Count,
  image: z.string(),
  imageTag: z.string().nullable(),
  /** Label `app.kubernetes.io/instance`; null where there is none. */
  release: z.string().nullable(),
  requests: Sizing,
  limits: Sizing,
  serviceAccount: z.string().nullable(),
  /** To which its node selector or affinity holds its pods, by the label `kubernetes.io/arch`; null where to none. */
  architectures: z.array(z.string()).nullable(),
  /** DISABLE_DATABASE_MIGRATIONS is not `true`: it may migrate the schema when it starts. */
  mayMigrate: z.boolean(),
  keeper: Keeper.nullable(),
});

/** A ResourceQuota of the application's namespace, as far as it limits pods. */
export const Quota = z.strictObject({
  name: z.string(),
  /** It holds for some pods alone: which, Passage does not tell. */
  scoped: z.boolean(),
  /** What it leaves; null where it sets no limit. */
  left: z.strictObject({ pods: Count.nullable(), requests: Sizing, limits: Sizing }),
});
export type Quota = z.infer<typeof Quota>;

/** A variable of the target's main backend. */
export const TargetVariable = z.strictObject({
  name: z.string(),
  from: z.enum(['value', 'secret', 'config-map', 'field']),
  /** `name/key` of the Kubernetes object; null for `value` and `field`. */
  reference: z.string().nullable(),
  /** The value where it is known to be no secret; otherwise null. */
  value: z.string().nullable(),
  /** Keyed, of values in clear that may be secrets; null where Passage may not read the value. */
  fingerprint: z.string().nullable(),
});

/** Something that the chart or the restore rests on, by its deployment in any namespace, its API group or EKS's list. */
export const AddOn = z.strictObject({
  name: z.enum(['external-secrets', 'reloader', 'load-balancer-controller', 'pod-identity-agent']),
  /** Null where Passage may not look. */
  present: z.boolean().nullable(),
  /** What was seen: `deployment kube-system/…`, `API group …`, `EKS add-on …`; empty when nothing was. */
  seen: z.string(),
});

/** An application release in the target cluster. */
export const Release = z.strictObject({
  namespace: z.string(),
  /** Null where its deployments bear no `app.kubernetes.io/instance`. */
  release: z.string().nullable(),
  /** Name of its main backend's deployment. */
  deployment: z.string(),
});

/** Where an Ingress sends requests; `service` is null where that is no Service. */
const IngressBackend = z.strictObject({ service: z.string().nullable(), port: z.union([z.string(), z.int()]) });

/** The Ingress that is the gate. */
export const IngressFindings = z.strictObject({
  name: z.string(),
  class: z.string().nullable(),
  hosts: z.array(z.string()),
  /** Of its load balancers; empty until the controller has made one. */
  hostnames: z.array(z.string()),
  /** Annotations `alb.ingress.kubernetes.io/…`, without that beginning; `actions.*` left out. */
  annotations: z.record(z.string(), z.string()),
  /** Services behind its paths, its default backend's included. */
  services: z.array(z.string()),
  /** What its paths lead to, each once; Passage's own gate left out. */
  backends: z.array(IngressBackend),
  /** What answers where no path fits, gate or no gate. */
  defaultBackend: IngressBackend.nullable(),
  /** Whether some path leads to Passage's gate: it is closed, in whole or in part. */
  gated: z.boolean(),
  keeper: Keeper.nullable(),
});
export type IngressFindings = z.infer<typeof IngressFindings>;

/** A certificate of a listener. */
export const Certificate = z.strictObject({
  arn: z.string(),
  /** `ISSUED`, `PENDING_VALIDATION`, `EXPIRED`, …; null where Passage could not read it, which then has no names. */
  status: z.string().nullable(),
  /** Domain name and alternative names. */
  names: z.array(z.string()),
  notAfter: Instant.nullable(),
  /** `AMAZON_ISSUED`, `IMPORTED`, `PRIVATE`, or `IAM` of the store before ACM; AWS renews no imported one. */
  type: z.string().nullable(),
});
export type Certificate = z.infer<typeof Certificate>;

/** A load balancer that users are sent to. */
export const LoadBalancer = z.strictObject({
  arn: z.string(),
  dnsName: z.string(),
  /** For an alias record. */
  hostedZoneId: z.string().nullable(),
  /** `internet-facing` or `internal`. */
  scheme: z.string(),
  /** `application` or `network`. */
  type: z.string(),
  listeners: z.array(
    z.strictObject({
      arn: z.string(),
      port: z.int(),
      protocol: z.string(),
      /** The default one first; the others are shown to whom asks for their names. */
      certificates: z.array(Certificate),
    }),
  ),
});
export type LoadBalancer = z.infer<typeof LoadBalancer>;

/** A table, partition or materialized view. */
export const TableFindings = z.strictObject({
  /** `schema.name`, not quoted. */
  table: z.string(),
  kind: z.enum(['table', 'partitioned', 'partition', 'materialized view']),
  /** With its indexes and TOAST. */
  bytes: Count,
  /** The planner's estimate; null where it was never analyzed. */
  rows: Count.nullable(),
  primaryKey: z.boolean(),
  unlogged: z.boolean(),
});

/** What rows say of the keys that encrypted their values, found in places where Retool keeps such values. */
export const Canaries = z.strictObject({
  /** Where was looked, and at how many rows: of a larger table at the first 2,000 that the server came upon. */
  lookedAt: z.array(z.strictObject({ table: z.string(), column: z.string(), rows: Count, whole: z.boolean() })),
  /** Keyed fingerprints of the distinct `encryptionKeyHash`, with the values that bear each. */
  keys: z.array(z.strictObject({ fingerprint: z.string(), values: Count })),
  /** The ways in which values are encrypted. `authTag`: an authenticated mode, GCM. */
  methods: z.array(z.strictObject({ methodVersion: z.int().nullable(), authTag: z.boolean(), values: Count })),
});

/** How the database grew since an earlier rehearsal of the same migration. */
export const Growth = z.strictObject({ since: Instant, bytes: z.int(), bytesPerDay: z.int() });
