import { z } from 'zod';

/** What runs measured, what a freeze is predicted to take from that, and what changed since the last rehearsal. */

const Instant = z.iso.datetime();
const Count = z.int().nonnegative();
const Seconds = z.number().nonnegative();

/** The stretches of a freeze in order. Each begins where the one before ends, so that they add up to it. */
export const FreezePart = z.enum([
  'Stop the source services',
  'Fence and prove the fence',
  'Start the workers',
  'Copy and prove',
  'Start the target',
  'Switch',
]);
export type FreezePart = z.infer<typeof FreezePart>;

export const Interval = z.strictObject({ low: Seconds, high: Seconds });
export type Interval = z.infer<typeof Interval>;

/** A measured time against the interval that was predicted for it. */
export const Grade = z.enum(['inside', 'shorter', 'longer']);
export type Grade = z.infer<typeof Grade>;

/** `migrations/<name>/measurements/<start>-<run>.json`: what a rehearsal or a cutover measured. Written once, never changed. */
export const Measurement = z.strictObject({
  run: z.string(),
  mode: z.enum(['rehearsal', 'cutover']),
  /** When the run began. */
  at: Instant,
  planDigest: z.string(),
  /** The source database as its server counts it, with indexes. */
  sourceBytes: Count,
  /** Null where the copy never came to its proof. */
  copy: z
    .strictObject({
      /** Rows as COPY sent them. */
      bytes: Count,
      /** From the first byte read until the last row was proved; dump, restore and proof overlap within. */
      seconds: Seconds,
      dumpSeconds: Seconds,
      restoreSeconds: Seconds,
      /** What the comparison took after the restore had ended. */
      proofSeconds: Seconds,
      bytesPerSecond: z.number().nonnegative(),
      /** How many mishaps it went through and survived. */
      incidents: Count,
    })
    .nullable(),
  /** Seconds of the parts that ended: of a rehearsal the workers' start and the copy, of a cutover that was undone those before. */
  parts: z.partialRecord(FreezePart, Seconds),
  /** What a rehearsal's boot of one backend of the target took. */
  bootSeconds: Seconds.nullable(),
  /** Of the freeze: by a rehearsal, or for this cutover before it began. */
  predicted: Interval.nullable(),
  /** The freeze without the time in which people decided; null for a rehearsal and for a cutover that was undone. */
  freezeSeconds: Seconds.nullable(),
  grade: Grade.nullable(),
});
export type Measurement = z.infer<typeof Measurement>;

/** A part of a predicted freeze. */
export const PredictedPart = Interval.extend({
  name: FreezePart,
  because: z.string(),
  basis: z
    .enum(['measured', 'documented'])
    .describe('Measured by runs of this migration, or not measured yet: what AWS documents as its limit.'),
});
export type PredictedPart = z.infer<typeof PredictedPart>;

/** `runs/<run>/prediction.json`: an interval in seconds, what it is made of and how. */
export const Prediction = Interval.extend({
  parts: z.array(PredictedPart),
  samples: z
    .array(
      z.strictObject({
        run: z.string(),
        at: Instant,
        mode: z.enum(['rehearsal', 'cutover']),
        sourceBytes: Count,
        copySeconds: Seconds,
        weight: z.number().min(0).max(1).describe('1 for a run of this very plan and size.'),
      }),
    )
    .describe('The copies that it rests on, the newest first.'),
  method: z.array(z.string()).describe('How it is computed, in sentences.'),
});
export type Prediction = z.infer<typeof Prediction>;

/** Something that is not as it was in the last rehearsal. */
export const Change = z.strictObject({
  about: z.enum([
    'schema',
    'version',
    'size',
    'settings',
    'variables',
    'encryption',
    'services',
    'dns',
    'configuration',
  ]),
  /** Which thing: `table public.users`, `image tag of the source`. */
  what: z.string(),
  was: z.string(),
  is: z.string(),
  matters: z.boolean().describe('Whether it makes the rehearsal say less about a cutover.'),
  stops: z.boolean().describe('Whether a cutover is refused until it was rehearsed again.'),
  because: z.string(),
});
export type Change = z.infer<typeof Change>;

/** `runs/<run>/drift.json`: what changed since the last green rehearsal; what matters first. */
export const Drift = z.strictObject({
  since: z.strictObject({ run: z.string(), at: Instant }),
  changes: z.array(Change),
  notCompared: z
    .array(z.string())
    .describe('Documents of that rehearsal that are gone, or that another version of Passage wrote.'),
});
export type Drift = z.infer<typeof Drift>;

/** A run of the migration, as the picture of its history shows it. */
export const HistoryEntry = z.strictObject({
  run: z.string(),
  at: Instant,
  mode: z.enum(['rehearsal', 'cutover']),
  bytes: Count.describe('Size of the source.'),
  copySeconds: Seconds.nullable(),
  predicted: Interval.nullable(),
  measuredSeconds: Seconds.nullable().describe('The freeze without the time in which people decided.'),
  grade: Grade.nullable(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;
