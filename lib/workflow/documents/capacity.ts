import { z } from 'zod';

/** How much room there is, and what makes more or less of it: parts of `source`, `target` and `databases`. */

const Instant = z.iso.datetime();
const Count = z.int().nonnegative();

/** Processor and memory of a task, a container or a node; null where nothing is stated. */
export const Sizing = z.strictObject({
  /** Thousandths of a virtual CPU: ECS's 1024 units and Kubernetes' `1` are 1000. */
  cpuMillis: Count.nullable(),
  memoryMiB: Count.nullable(),
});
export type Sizing = z.infer<typeof Sizing>;

/** In Kubernetes' words; ECS says X86_64 for the first. */
export const Architecture = z.enum(['amd64', 'arm64']);
export type Architecture = z.infer<typeof Architecture>;

/** What Passage's own image is built for. */
export const WORKER_ARCHITECTURE: Architecture = 'amd64';

/** How Application Auto Scaling moves the desired count of an ECS service. */
export const Autoscaling = z.strictObject({
  min: Count,
  max: Count,
  /** Names of the scaling policies, which alarms set off. */
  policies: z.array(z.string()),
  /** What changes the bounds, and with them the count, by the clock. */
  scheduled: z.array(
    z.strictObject({
      name: z.string(),
      /** `cron(…)`, `rate(…)` or `at(…)`. */
      schedule: z.string(),
      /** Of the schedule; null for UTC. */
      timezone: z.string().nullable(),
      /** The bounds that it sets; null for one that it leaves. */
      min: Count.nullable(),
      max: Count.nullable(),
      /** When it ends; null where it does not. */
      until: Instant.nullable(),
    }),
  ),
  suspended: z.strictObject({ scaleOut: z.boolean(), scheduled: z.boolean() }),
});
export type Autoscaling = z.infer<typeof Autoscaling>;

/** The server of a database as RDS describes it: an instance, or a cluster by its writer. */
export const DatabaseServer = z.strictObject({
  /** Identifier of the instance, or of the cluster. */
  name: z.string(),
  /** `postgres`, `aurora-postgresql`. */
  engine: z.string(),
  /** As in `db.m7g.large`; null where RDS does not tell. */
  instanceClass: z.string().nullable(),
  /** `available`, `modifying`, `storage-full`, … */
  status: z.string(),
  storage: z.strictObject({
    /** `gp3`, `io1`, `aurora`, … */
    type: z.string(),
    /** Null of Aurora, whose volume grows by itself. */
    allocatedBytes: Count.nullable(),
    /** Up to where RDS enlarges it by itself; null where it does not. */
    mostBytes: Count.nullable(),
  }),
  /** `FreeStorageSpace` of CloudWatch; of Aurora `FreeLocalStorage`, where it sorts. Null where there is no figure. */
  free: z.strictObject({ bytes: Count, at: Instant }).nullable(),
  /** By how much its free storage shrank; null where it grew, was enlarged, or is not known for a day. */
  filling: z.strictObject({ since: Instant, bytesPerDay: Count }).nullable(),
  /** Days for which RDS keeps automated backups; 0: it makes none. */
  backupDays: Count,
  /** The instance that it is a read replica of; null of others. */
  replicaOf: z.string().nullable(),
  deletionProtection: z.boolean(),
  /** UTC, as in `sun:03:00-sun:03:30`. */
  maintenanceWindow: z.string().nullable(),
  /** What waits to be done to it: modifications by name, and maintenance with the day on which it is done at the latest. */
  pending: z.array(z.strictObject({ what: z.string(), by: Instant.nullable() })),
});
export type DatabaseServer = z.infer<typeof DatabaseServer>;

/** A node of the target cluster. */
export const ClusterNode = z.strictObject({
  name: z.string(),
  /** Label `kubernetes.io/arch`. */
  architecture: z.string(),
  /** Label `kubernetes.io/os`. */
  os: z.string(),
  /** It is ready, not cordoned, and has no taint that keeps pods away which do not tolerate it. */
  open: z.boolean(),
  /** What it has for pods, the system's own share taken off. */
  allocatable: Sizing,
  madeBy: z.enum(['node-group', 'karpenter', 'auto-mode', 'fargate']).nullable(),
});
export type ClusterNode = z.infer<typeof ClusterNode>;

/** What the target cluster has for pods. */
export const ClusterCapacity = z.strictObject({
  nodes: z.array(ClusterNode),
  /** What adds nodes while pods wait for room; null where none was seen. */
  addsNodes: z.enum(['EKS Auto Mode', 'Karpenter', 'cluster-autoscaler']).nullable(),
  /** Requests of every pod that deployments keep now; null where Passage may not list those. DaemonSets and others are not in it. */
  requested: Sizing.nullable(),
});
export type ClusterCapacity = z.infer<typeof ClusterCapacity>;
