import { approvalDigest, type DigestedPiece } from '../domain/approval.ts';
import { sha256 } from '../domain/digest.ts';
import { approvalOf, keys } from '../domain/run.ts';
import { ApprovalRequest, Outcome, Vote } from '../workflow/documents/approval.ts';
import type { Lease, Subject } from '../workflow/documents/run.ts';
import type { Documents } from './documents.ts';

/** The three kinds of objects of an approval, each written once. */
export interface Approvals {
  request(id: string): Promise<ApprovalRequest | null>;
  votes(id: string): Promise<Vote[]>;
  outcome(id: string): Promise<Outcome | null>;
}

export function s3Approvals(documents: Documents): Approvals {
  return {
    request: async (id) => (await documents.read(keys.request(id), ApprovalRequest))?.value ?? null,
    async votes(id) {
      const found = await documents.keys(keys.votes(id));
      const votes = await Promise.all(found.map((key) => documents.read(key, Vote)));
      return votes.flatMap((vote) => (vote ? [vote.value] : []));
    },
    outcome: async (id) => (await documents.read(keys.outcome(id), Outcome))?.value ?? null,
  };
}

/** Since when users are out, on the page that asks for "switch": "go" was approved then; null on any other. */
export async function outSince(approvals: Approvals, { subject, lease }: ApprovalRequest): Promise<string | null> {
  if (subject !== 'switch') return null;
  const go = await approvals.outcome(approvalOf(lease.run, 'go'));
  return go?.decision === 'approved' ? go.at : null;
}

/** Documents that a decision rests on, by subject; what a run does not have yet is not part of it. */
const evidenceOf = {
  go: ['plan', 'source', 'target', 'dns', 'mail', 'databases', 'preflight', 'drift', 'rehearsal', 'prediction'],
  switch: [
    'plan',
    'source',
    'target',
    'dns',
    'mail',
    'databases',
    'preflight',
    'drift',
    'rehearsal',
    'prediction',
    'fence',
    'copy-main',
    'target-write',
  ],
} as const;

/** The evidence of a run as it stands now, and the digest that an approval is bound to. */
export async function evidenceDigest(
  documents: Documents,
  { run }: Lease,
  subject: Subject,
  planDigest: string,
): Promise<{ evidence: DigestedPiece[]; digest: string }> {
  const pieces = await Promise.all(
    evidenceOf[subject].map(async (name) => {
      const key = keys.document(run, name);
      const text = await documents.text(key);
      return text === null ? [] : [{ key, sha256: sha256(text) }];
    }),
  );
  const evidence = pieces.flat();
  return { evidence, digest: approvalDigest({ subject, run, planDigest, evidence }) };
}
