import { z } from 'zod';
import { Level } from './boot.ts';

const Instant = z.iso.datetime();

/** Who may act for a migration now: every effect and every writing transaction carries it. */
export const Lease = z.strictObject({ migration: z.string(), run: z.string(), epoch: z.int().positive() });
export type Lease = z.infer<typeof Lease>;

export const Mode = z.enum(['preflight', 'rehearsal', 'cutover']);
export type Mode = z.infer<typeof Mode>;
export const Subject = z.enum(['go', 'switch']);
export type Subject = z.infer<typeof Subject>;

/** `runs/<run>/plan.json`: what this run is about to do, fixed at its start. */
export const Plan = z.strictObject({
  run: z.string(),
  migration: z.string(),
  mode: Mode,
  reason: z.string(),
  execution: z.string(),
  startedAt: Instant,
  configurationDigest: z.string(),
  /** What a rehearsal and a cutover of the same thing have in common: the configuration and the product's version. */
  planDigest: z.string(),
  databasesOnly: z.boolean(),
  /** A rehearsal that ends well leaves its scratch database. */
  keep: z.boolean(),
  /** The report's text is sent to the approvers. */
  mail: z.boolean(),
  /** How far a rehearsal goes; `copy` in every other mode. */
  level: Level,
});
export type Plan = z.infer<typeof Plan>;

/** `requesters/<run>.json`: who started an execution, as CloudTrail saw it. */
export const Requester = z.strictObject({ execution: z.string(), principal: z.string(), at: Instant });
export type Requester = z.infer<typeof Requester>;
