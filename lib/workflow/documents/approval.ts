import { z } from 'zod';
import { Lease, Subject } from './run.ts';

const Instant = z.iso.datetime();

/** `approvals/<id>/request.json`: what is decided on, by whom, until when. No secret, no token. */
export const ApprovalRequest = z.strictObject({
  id: z.string(),
  subject: Subject,
  lease: Lease,
  reason: z.string(),
  requester: z.string(),
  requestedAt: Instant,
  deadline: Instant,
  required: z.int().positive(),
  approvers: z.array(z.strictObject({ email: z.string(), keyHash: z.string() })).min(1),
  /** People who are configured but may not decide here, and why. */
  excluded: z.array(z.strictObject({ email: z.string(), because: z.string() })),
  /** Evidence objects and the SHA-256 of each; the digest is over all of this. */
  evidence: z.array(z.strictObject({ key: z.string(), sha256: z.string() })),
  planDigest: z.string(),
  digest: z.string(),
  /** What the page shows. */
  facts: z.array(
    z.strictObject({
      label: z.string(),
      value: z.string(),
      /** What the value sums up, one by one, each with what to do about it or why it was left. */
      points: z.array(z.strictObject({ text: z.string(), note: z.string().nullable() })).optional(),
      /** What to type in a shell, in order. */
      commands: z.array(z.string()).optional(),
    }),
  ),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;
/** A line of what an approver should know. */
export type Fact = ApprovalRequest['facts'][number];

/** `approvals/<id>/votes/<approver>.json`. */
export const Vote = z.strictObject({
  approval: z.string(),
  email: z.string(),
  decision: z.enum(['approve', 'reject']),
  digest: z.string(),
  comment: z.string().max(500),
  at: Instant,
});
export type Vote = z.infer<typeof Vote>;

/** `approvals/<id>/outcome.json`. */
export const Outcome = z.strictObject({
  approval: z.string(),
  decision: z.enum(['approved', 'rejected', 'expired']),
  digest: z.string(),
  by: z.array(z.string()),
  at: Instant,
});
export type Outcome = z.infer<typeof Outcome>;
