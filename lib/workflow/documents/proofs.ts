import { z } from 'zod';
import { Level } from './boot.ts';
import { StoredSetting, TargetLogin } from './sessions.ts';

const Instant = z.iso.datetime();
const Count = z.int().nonnegative();

/** One table on one side. `hash` is the pair of order-free sums of docs/copier.md, as decimal strings. */
const TableProof = z.strictObject({
  table: z.string(),
  rowsSource: Count.nullable(),
  rowsTarget: Count.nullable(),
  bytes: Count,
  seconds: z.number().nonnegative(),
  equal: z.boolean(),
});

/** `runs/<run>/copy-<database>.json`: what was copied and what proves it. */
export const CopyProof = z.strictObject({
  copy: z.string(),
  into: z.enum(['scratch', 'target']),
  database: z.string(),
  startedAt: Instant,
  dumpedAt: Instant,
  restoredAt: Instant,
  provedAt: Instant,
  rows: Count,
  bytes: Count,
  stagedBytes: Count,
  tables: z.array(TableProof),
  /** In rows with their table and key, in sequences, large objects and the catalog; the first 100. */
  differences: z.array(z.string()),
  /** What was compared besides rows, and what of it differs without being wrong. */
  catalog: z.strictObject({ objects: Count, remarks: z.array(z.string()) }),
  /** Peak resident memory of each worker, bytes. */
  memoryBytes: z.strictObject({ dump: Count, restore: Count }),
  /** Processor time of each worker, seconds. */
  cpuSeconds: z.strictObject({ dump: z.number().nonnegative(), restore: z.number().nonnegative() }),
  /** Of the time for which both workers had sessions, what they spent on counting and hashing: 0 to 1. */
  proofShare: z.number().min(0).max(1),
  largestRowBytes: Count.nullable(),
  /** What the workers went through and survived, in sentences. */
  incidents: z.array(z.string()),
  /** What the copy does not hold, by name. */
  leftOut: z.array(z.strictObject({ what: z.string(), because: z.string() })).optional(),
});
export type CopyProof = z.infer<typeof CopyProof>;

/** What a role may do with a table or sequence, of SELECT, INSERT, UPDATE and DELETE, or USAGE. */
const WriteRight = z.strictObject({
  /** Quoted, with its schema. */
  object: z.string(),
  rights: z.array(z.string()),
});
export type WriteRight = z.infer<typeof WriteRight>;

/** `runs/<run>/fence.json`. */
export const FenceProof = z.strictObject({
  at: Instant,
  sessions: Count,
  attacks: z.array(z.strictObject({ login: z.string(), result: z.string() })),
  /** Every table as it stood: a later proof of the same fence must find the same. */
  tables: z.array(z.strictObject({ oid: z.string(), file: z.string(), name: z.string(), rows: Count, changed: Count })),
  sequencesHash: z.string(),
  /** What the application's login may write here, were it let in; null where that is not known. */
  applicationRights: z.array(WriteRight).nullable().default(null),
});
export type FenceProof = z.infer<typeof FenceProof>;

/** `runs/<run>/target-write.json`: whether the application's own login can write what was copied. */
export const TargetWrite = z.strictObject({
  at: Instant,
  login: TargetLogin,
  /** What was accepted and rolled back, in a session without Passage's settings; null where the login is not known. */
  tried: z
    .strictObject({
      /** Null where no table has a row that can be written without side effects. */
      table: z.string().nullable(),
      /** What the session began with that is not the server's. */
      settings: z.array(StoredSetting.pick({ name: true, value: true })),
      /** What was seen that may be right or wrong, in sentences. */
      notes: z.array(z.string()).default([]),
    })
    .nullable(),
});
export type TargetWrite = z.infer<typeof TargetWrite>;

/** `runs/<run>/rehearsal.json`: what a rehearsal measured, and what it predicts. */
export const Rehearsal = z.strictObject({
  run: z.string(),
  planDigest: z.string(),
  finishedAt: Instant,
  copySeconds: z.number(),
  sourceBytes: Count,
  predictedFreezeSeconds: z.strictObject({ low: z.number(), high: z.number() }),
  /** Only one that booted the target admits a cutover. Ledgers from before there were boots do not tell. */
  level: Level.default('copy'),
});
export type Rehearsal = z.infer<typeof Rehearsal>;

/** `runs/<run>/switch.json`: the moments that bound the freeze. */
export const Switched = z.strictObject({
  changeId: z.string(),
  asked: z.array(z.strictObject({ server: z.string(), answer: z.array(z.string()) })),
  at: Instant,
});
export type Switched = z.infer<typeof Switched>;
