import { z } from 'zod';

/**
 * Where a database is, and which secret opens it. The secret is JSON as RDS writes it:
 * `{username, password, host?, port?, dbname?}`; the fields here fill what it lacks.
 */
export const WorkerAddress = z.strictObject({
  secretArn: z.string().min(1),
  host: z.string().min(1).optional(),
  port: z.int().min(1).max(65_535).optional(),
  database: z.string().min(1).optional(),
  ssl: z.enum(['disable', 'require']).optional(),
});
export type WorkerAddress = z.infer<typeof WorkerAddress>;

/** What a worker is told in `PASSAGE_TASK_INPUT`; `target` is needed to restore. */
export const WorkerInput = z.strictObject({
  run: z.string().min(1),
  epoch: z.int().positive(),
  copy: z.string().min(1),
  /** `prefix` without a slash at either end. */
  staging: z.strictObject({ bucket: z.string().min(1), prefix: z.string().min(1) }),
  source: WorkerAddress,
  target: WorkerAddress.optional(),
  /** Parallel connections; the worker chooses when absent. */
  workers: z.int().min(1).max(64).optional(),
  heartbeatSeconds: z.int().min(1).max(60).optional(),
});
export type WorkerInput = z.infer<typeof WorkerInput>;

/** What a worker answers the callback with: references and totals, never rows. */
export const WorkerAnswer = z.strictObject({
  /** Key of the manifest in the staging bucket. */
  manifest: z.string().min(1),
  tables: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
});
export type WorkerAnswer = z.infer<typeof WorkerAnswer>;
