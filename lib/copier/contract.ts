import { z } from 'zod';

/** What the worker is started with, and what it answers. Imports nothing but zod, so that anyone may read it. */

export const roles = ['dump', 'restore'] as const;
export type Role = (typeof roles)[number];

/** Parallel sessions. A restore keeps the target's cores busy, and two sessions a core hide its waits; the dump is rarely the bottleneck. */
export const sessions: Readonly<Record<Role, number>> = { dump: 2, restore: 4 };

/** A database by its secret; explicit fields win over what the secret holds. */
export const Address = z.strictObject({
  /** Secrets Manager: JSON `{username, password, host?, port?, dbname?}`, as RDS writes it. */
  secretArn: z.string().min(1),
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65535).optional(),
  database: z.string().min(1).optional(),
  /** `require` encrypts without checking the certificate's name, as libpq's `sslmode=require`. Default: `require`. */
  ssl: z.enum(['disable', 'require']).optional(),
});
export type Address = z.infer<typeof Address>;

/** How much of the source's strength a dump may use. What is not given is not limited. */
export const ThrottleLimits = z.strictObject({
  /** Of rows as COPY sends them, for all workers together; 1 MB is 1,000,000 bytes. */
  maxMegabytesPerSecond: z.number().min(0.1).optional(),
  /** The dump pauses while any standby of the source is further behind. Needs pg_monitor. */
  maxReplicaLagSeconds: z.number().min(1).optional(),
  /** The dump pauses while more sessions than this wait for locks in the source's database. */
  maxLockWaits: z.int().min(0).optional(),
});
export type ThrottleLimits = z.infer<typeof ThrottleLimits>;

/** Whether rights that roles were granted are given to the same roles on the target, where they exist. */
export const Grants = z.enum(['leave', 'carry']);
export type Grants = z.infer<typeof Grants>;

/** What a copy is to leave out, by name. */
export const LeaveOut = z.strictObject({
  /** Extensions, with their tables. Whatever needs one of them cannot be restored. */
  extensions: z.array(z.string().min(1).max(63)).default([]),
});
export type LeaveOut = z.infer<typeof LeaveOut>;

/** `PASSAGE_TASK_INPUT` of every role. */
export const CopierInput = z.strictObject({
  /** The run's id: part of the fence and of every session's `application_name`. */
  run: z.string().regex(/^[\w.-]{1,100}$/),
  /** Of the lease. A restore writes nothing once the target's fence names another. */
  epoch: z.int().nonnegative(),
  /** Which database of the run: `main`. */
  copy: z.string().min(1),
  staging: z.strictObject({
    bucket: z.string().min(1),
    /** `runs/<run>/<copy>/…`, the same for dump and restore, another for every epoch. */
    prefix: z.string().regex(/^[^/].*[^/]$/, 'no leading or trailing slash'),
  }),
  /** Two copies with the same key exclude each other in a database: the migration's target as `host:port/database`. */
  lockKey: z.string().min(1),
  source: Address,
  /** Needed by `restore`. */
  target: Address.extend({ database: z.string().min(1) }).optional(),
  /** Default: `leave`. */
  grants: Grants.optional(),
  /** Of a dump; a restore leaves out what the dump did. */
  leaveOut: LeaveOut.optional(),
  /** Parallel sessions. Two are enough for a dump; a restore wants one per vCPU of the target. */
  workers: z.int().min(1).max(64).default(2),
  /** Of a dump. */
  throttle: ThrottleLimits.optional(),
  /** Well below the state's HeartbeatSeconds. */
  heartbeatSeconds: z.number().min(0.1).default(10),
});
export type CopierInput = z.infer<typeof CopierInput>;

/** The task's output: a reference and sums, never rows. */
export const CopierOutput = z.strictObject({
  /** Full S3 key of the role's manifest (`Manifest` in `staged.ts`). */
  manifest: z.string(),
  tables: z.int(),
  rows: z.int(),
  /** Bytes of all rows in their binary form, as measured with the hashes. */
  bytes: z.int(),
  seconds: z.number(),
});
export type CopierOutput = z.infer<typeof CopierOutput>;
