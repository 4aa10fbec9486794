import { z } from 'zod';
import { CatalogComparison, TableDifferences } from './verify/findings.ts';

/**
 * What lies in staging under the run's prefix. What is not a chunk or progress carries its own checksum (`sealed.ts`):
 *
 *     progress/<role>.json           overwritten while a role works
 *     attempts/<n>/plan.json         create-once: claims the attempt; one attempt has one snapshot
 *     attempts/<n>/schema.dump       pg_dump -s -Fc, under a line with its plan and checksum
 *     attempts/<n>/chunks/<chunk>    zstd frames, one per part
 *     attempts/<n>/done/<chunk>.json a complete chunk
 *     attempts/<n>/manifest.json     the dump is complete
 *     attempts/<n>/measured.json     the target was measured; what may keep its login from reading follows
 *     attempts/<n>/restored.json     the restore is complete
 *
 * An attempt that goes on where an earlier one was interrupted has the same plan id, schema and cuts. Its plan says in
 * which attempt's folder each chunk lies; those that had to be copied anew have a new id.
 */
export const keys = {
  progress: (role: string) => `progress/${role}.json`,
  attempts: 'attempts/',
  plan: (attempt: number) => `attempts/${attempt}/plan.json`,
  schema: (attempt: number) => `attempts/${attempt}/schema.dump`,
  chunk: (attempt: number, chunk: string) => `attempts/${attempt}/chunks/${chunk}`,
  done: (attempt: number, chunk = '') => `attempts/${attempt}/done/${chunk && `${chunk}.json`}`,
  manifest: (attempt: number) => `attempts/${attempt}/manifest.json`,
  measured: (attempt: number) => `attempts/${attempt}/measured.json`,
  restored: (attempt: number) => `attempts/${attempt}/restored.json`,
};

/** Order-free sums over rows: byte-exact, for two seeds. Decimal, because they pass 2^63. */
export const Hash = z.tuple([z.string(), z.string()]);
export type Hash = z.infer<typeof Hash>;

const PlannedColumn = z.object({
  name: z.string(),
  /** Hashed by its text, because its binary form holds an oid that differs between clusters. */
  hashedAsText: z.boolean(),
});

export const PlannedTable = z.object({
  /** At the source, when the snapshot was taken. */
  oid: z.int(),
  relfilenode: z.int(),
  /** Over columns, types, identity and partition bound. */
  digest: z.string(),
  schema: z.string(),
  name: z.string(),
  /** Without generated ones. */
  columns: z.array(PlannedColumn),
  format: z.enum(['binary', 'text']),
  /** `WHERE …` of an extension's configuration table. */
  filter: z.string().optional(),
  pages: z.int(),
  /** pg_table_size: heap, TOAST, maps. */
  bytes: z.int(),
  indexBytes: z.int(),
  /** The planner's estimate. */
  rows: z.int(),
});
export type PlannedTable = z.infer<typeof PlannedTable>;

/** A table, or its pages `from` (included) to `to` (excluded; open when absent). */
export const Piece = z.object({ table: z.int(), from: z.int().optional(), to: z.int().optional() });
export type Piece = z.infer<typeof Piece>;

export const PlannedChunk = z.object({
  /** Its number; with `-<attempt>` when it was planned again. */
  id: z.string(),
  /** The attempt in whose folder its object and its mark lie. */
  attempt: z.int(),
  pieces: z.array(Piece),
  /** Instead of pieces: the large objects with these oids, both ends included. */
  largeObjects: z.object({ from: z.int(), to: z.int() }).optional(),
  /** Estimate, for progress. */
  bytes: z.int(),
});
export type PlannedChunk = z.infer<typeof PlannedChunk>;

export const SequenceName = z.object({ schema: z.string(), name: z.string() });
export type SequenceName = z.infer<typeof SequenceName>;

/** By which a later snapshot is recognized as one of the same server, and rows as younger than this one. */
export const Origin = z.object({
  /** Different after a restart, a promotion or a recovery to an earlier point. */
  server: z.string(),
  /** The oldest transaction that was not over, in 64 bits: rows of older ones are in this snapshot or in none. */
  xmin: z.string(),
});
export type Origin = z.infer<typeof Origin>;

export const Plan = z.object({
  /** Random. Names this plan's chunks in the target's `passage.chunks`. Attempts that go on keep it. */
  id: z.string(),
  run: z.string(),
  epoch: z.int(),
  attempt: z.int(),
  snapshot: z.string(),
  /** Absent where the server does not tell, or not that the snapshot is on its disk: then no attempt can go on. */
  origin: Origin.optional(),
  /** The attempt in whose folder the schema lies. */
  schema: z.int(),
  serverVersion: z.int(),
  encoding: z.string(),
  /** Of the first attempt with this id. */
  startedAt: z.string(),
  tables: z.array(PlannedTable),
  chunks: z.array(PlannedChunk),
  sequences: z.array(SequenceName),
  /** Extensions that the copy leaves out. */
  leftOutExtensions: z.array(z.string()).default([]),
  /** Populated materialized views as quoted names, in the order in which they can be refreshed. */
  materializedViews: z.array(z.string()),
});
export type Plan = z.infer<typeof Plan>;

/** A part is one zstd frame of the chunk's object, and at most 2 MiB of CopyData frames. */
export const Part = z.object({ bytes: z.int(), raw: z.int().max(64 << 20), crc32: z.int() });
export type Part = z.infer<typeof Part>;

/** What the snapshot holds of a piece, hashed at the source. */
const StagedMeasure = z.object({
  rows: z.int(),
  /** Of the rows' binary form. */
  bytes: z.int(),
  /** Bytes of the largest row. */
  largest: z.int(),
  hash: Hash,
  /** Of large objects. */
  count: z.int().optional(),
});

export const DonePiece = z.object({
  /** Its place in the plan's tables; -1 for large objects. */
  table: z.int(),
  rows: z.int(),
  /** Raw COPY bytes. */
  bytes: z.int(),
  parts: z.array(Part),
  measure: StagedMeasure,
});
export type DonePiece = z.infer<typeof DonePiece>;

export const DoneMark = z.object({
  chunk: z.string(),
  plan: z.string(),
  attempt: z.int(),
  epoch: z.int(),
  rows: z.int(),
  bytes: z.int(),
  pieces: z.array(DonePiece),
  /** Of the whole object. */
  sha256: z.string(),
  /** Of the copying session, spent on counting and hashing. */
  proofSeconds: z.number(),
});
export type DoneMark = z.infer<typeof DoneMark>;

export const ManifestTable = z.object({
  schema: z.string(),
  name: z.string(),
  rows: z.int(),
  /** Of all rows in their binary form: comparable between the two sides. */
  bytes: z.int(),
  hash: Hash,
  /** Summed over chunks that may have run side by side, without those of earlier attempts. */
  seconds: z.number(),
  chunks: z.int(),
});
export type ManifestTable = z.infer<typeof ManifestTable>;

export const ManifestSequence = SequenceName.extend({
  lastValue: z.string(),
  isCalled: z.boolean(),
});
export type ManifestSequence = z.infer<typeof ManifestSequence>;

/** How the target compares with the dump's manifest, and with the schema in staging. */
export const TargetProof = z.object({
  /** Where tables differ. */
  located: z.array(TableDifferences),
  catalog: CatalogComparison,
});
export type TargetProof = z.infer<typeof TargetProof>;

/** What a copy does not hold, in words for people. */
export const LeftOut = z.object({ what: z.string(), because: z.string() });
export type LeftOut = z.infer<typeof LeftOut>;

/** What one side holds, measured there: written by `dump` for the source and by `restore` for the target. */
export const Manifest = z.object({
  role: z.enum(['dump', 'restore']),
  run: z.string(),
  epoch: z.int(),
  copy: z.string(),
  attempt: z.int(),
  plan: z.string(),
  snapshot: z.string(),
  serverVersion: z.int(),
  tables: z.array(ManifestTable),
  sequences: z.array(ManifestSequence),
  largeObjects: z.object({ count: z.int(), bytes: z.int(), hash: Hash }),
  /** Of the source, what no copy holds; of the target, what its login could not create. */
  leftOut: z.array(LeftOut).optional(),
  /** Statements for what pg_dump does not list: grants on large objects, when they are to be carried. */
  grants: z.array(z.string()).optional(),
  startedAt: z.string(),
  finishedAt: z.string(),
  seconds: z.number(),
  /** In its binary form: what the worker's memory is judged by. */
  largestRowBytes: z.int(),
  /** Peak resident memory of the worker process. */
  memoryBytes: z.int(),
  /** Processor time of the worker process, user and system. */
  cpuSeconds: z.number(),
  /** For which its sessions could work: their number × the role's seconds. */
  sessionSeconds: z.number(),
  /** Of these, spent on counting and hashing. */
  proofSeconds: z.number(),
  /** What the role went through and survived, in sentences. */
  incidents: z.array(z.string()),
  /** Of the target alone. */
  proof: TargetProof.optional(),
});
export type Manifest = z.infer<typeof Manifest>;

export const WorkerProgress = z.object({
  role: z.enum(['dump', 'restore']),
  phase: z.string(),
  tablesDone: z.int(),
  tablesTotal: z.int(),
  rowsDone: z.int(),
  /** The planner's estimate. */
  rowsTotal: z.int(),
  bytesDone: z.int(),
  bytesTotal: z.int(),
  startedAt: z.string(),
  at: z.string(),
  memoryBytes: z.int(),
  /** Found here by whoever takes over from this worker. */
  incidents: z.array(z.string()).default([]),
});
export type WorkerProgress = z.infer<typeof WorkerProgress>;
