import { z } from 'zod';

const Instant = z.iso.datetime();
const Count = z.int().nonnegative();
const Seconds = z.number().nonnegative();

/** How far a rehearsal goes: it copies and proves, or also boots one backend of the target on the copy. */
export const Level = z.enum(['copy', 'boot']);
export type Level = z.infer<typeof Level>;

/** `runs/<run>/boot.json`: what one backend of the target did on the scratch database. */
export const Boot = z.strictObject({
  /** The deployment whose pod template was booted. */
  deployment: z.string(),
  namespace: z.string(),
  pod: z.string(),
  image: z.string(),
  /** The scratch database. */
  database: z.string(),
  previewName: z.string(),
  /** Variables that were not as the deployment has them; no values. */
  changes: z.array(z.strictObject({ name: z.string(), how: z.enum(['set', 'removed']), because: z.string() })),
  /** The pod was accepted by Kubernetes. */
  createdAt: Instant,
  /** Its application's process started. */
  startedAt: Instant,
  /** Its readiness probe was content for the first time; without a probe, when Passage first heard so. */
  healthyAt: Instant,
  seconds: z.strictObject({
    start: Seconds.describe('From the pod’s creation to its process: a node, the image, the volumes.'),
    boot: Seconds.describe('From its process to its first healthy answer, with the migrations.'),
  }),
  /** What GET /api/checkHealth answered under the preview name. */
  health: z.strictObject({ status: z.string(), version: z.string().nullable() }),
  migrations: z.strictObject({
    logged: z.boolean().describe('Whether its log says that the migrations are up to date.'),
    before: Count.nullable().describe('Schema migrations in the source, so in the copy before the boot.'),
    after: Count.nullable().describe('In the scratch database after it.'),
    newest: z.string().nullable(),
  }),
  memory: z.strictObject({
    peakBytes: Count.nullable().describe(
      'The most that was in use when Passage looked, from its start until it was measured, as the cluster’s metrics say; null where it has none.',
    ),
    samples: Count.describe(
      'How often Passage looked and the metrics had a figure; what comes between two looks is not seen.',
    ),
    because: z.string().nullable().describe('Why it is not known.'),
    limit: z.string().nullable(),
  }),
  decryption: z.strictObject({
    proved: z.boolean().describe('Whether the application itself used the key that the stored values name.'),
    saw: z.string(),
  }),
});
export type Boot = z.infer<typeof Boot>;
