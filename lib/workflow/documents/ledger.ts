import { z } from 'zod';
import { RecordSet } from './collected.ts';
import { Rehearsal } from './proofs.ts';
import { Mode } from './run.ts';

const Instant = z.iso.datetime();
const Count = z.int().nonnegative();

/** What the source's fence changed, so that exactly that can be undone. Written by the PostgreSQL adapter. */
const SavedFence = z.record(z.string(), z.unknown());

/** Everything that `unwind` needs to put back, written before it is changed. */
export const SavedState = z.strictObject({
  services: z.array(z.strictObject({ service: z.string(), desiredCount: Count })).nullable(),
  fence: SavedFence.nullable(),
  deployments: z.array(z.strictObject({ name: z.string(), replicas: Count })).nullable(),
  gate: z.strictObject({ ingress: z.string(), service: z.string(), port: z.union([z.string(), z.int()]) }).nullable(),
  dns: z.array(RecordSet).nullable(),
  /** The database that this run writes to on the target. */
  restoring: z.strictObject({ database: z.string(), into: z.enum(['scratch', 'target']) }).nullable(),
  /** Where this run boots a backend of the target. */
  boot: z.strictObject({ cluster: z.string(), namespace: z.string() }).nullable().default(null),
});
export type SavedState = z.infer<typeof SavedState>;

/** `migrations/<name>/ledger.json`: the one word on who holds a migration and which side may be written. */
export const Ledger = z.strictObject({
  migration: z.string(),
  epoch: Count,
  /** Told apart from another writer's ledger after a lost reply. */
  nonce: z.string(),
  holder: z
    .strictObject({
      run: z.string(),
      execution: z.string(),
      mode: Mode,
      since: Instant,
      configurationDigest: z.string(),
    })
    .nullable(),
  phase: z.enum([
    'idle',
    'collecting',
    'copying',
    'deciding',
    'freezing',
    'frozen',
    'switching',
    'switched',
    'unwinding',
  ]),
  writable: z.enum(['source', 'none', 'target']),
  /** An effect on an API that knows no epoch, under way until at most this moment. */
  effect: z.strictObject({ task: z.string(), until: Instant }).nullable(),
  saved: SavedState,
  pointOfNoReturn: Instant.nullable(),
  lastRehearsal: Rehearsal.nullable(),
  updatedAt: Instant,
});
export type Ledger = z.infer<typeof Ledger>;
