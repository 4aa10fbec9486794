import { timingSafeEqual } from 'node:crypto';
import type { Approver } from '../workflow/configuration.ts';
import type { ApprovalRequest, Outcome, Vote } from '../workflow/documents/approval.ts';
import { digestOf, sha256 } from './digest.ts';

/**
 * Whether a principal is this person: named in the configuration, or a user or role session that bears the
 * e-mail address as its last part, as IAM Identity Center names sessions. Whoever assumes a role may name the session
 * at will, so a configured role stands for every session of it.
 */
export function isPerson(approver: Approver, principal: string): boolean {
  const session = principal.split('/').at(-1) ?? '';
  const role = principal.slice(0, -session.length - 1);
  const named = [principal, ...(principal.includes(':assumed-role/') ? [role] : [])];
  return (
    approver.principals.some((one) => named.includes(one)) || session.toLowerCase() === approver.email.toLowerCase()
  );
}

/** A session name that its starter could choose: it says nothing about who that was. Identity Center's are given. */
const isChosenName = (principal: string): boolean =>
  principal.includes(':assumed-role/') && !principal.includes(':assumed-role/AWSReservedSSO_');

/**
 * Who may decide: everybody configured but the requester, with the reason for whoever may not; and how many "yes" it
 * takes. A requester who cannot be told from an approver may be one of them under another name: then one vote more is
 * asked for, so that as many others as configured have agreed.
 */
export function electorate(
  approvals: { readonly approvers: readonly Approver[]; readonly required: number } | undefined,
  requester: string,
): { eligible: Approver[]; excluded: { email: string; because: string }[]; required: number } {
  const { approvers, required } = approvals ?? { approvers: [], required: 1 };
  const eligible = approvers.filter((approver) => !isPerson(approver, requester));
  const excluded = approvers
    .filter((approver) => isPerson(approver, requester))
    .map(({ email }) => ({ email, because: 'started this run, and nobody approves their own request' }));
  const mayBeOneOfThem = excluded.length === 0 && isChosenName(requester);
  return { eligible, excluded, required: mayBeOneOfThem ? required + 1 : required };
}

/** `2 of 3 approvers have to approve; alice@example.com may not.`: of all who are configured, with who is left out. */
export function quorum({
  required,
  approvers,
  excluded,
}: Pick<ApprovalRequest, 'required' | 'approvers' | 'excluded'>): string {
  const without = excluded.length === 0 ? '' : `; ${excluded.map(({ email }) => email).join(', ')} may not`;
  return `${required} of ${approvers.length + excluded.length} approvers have to approve${without}.`;
}

/** A piece of evidence that is decided on: its key, and the digest of its bytes. */
export interface DigestedPiece {
  readonly key: string;
  readonly sha256: string;
}

/** What is decided on, in one number: the subject, the plan and every piece of evidence. */
export const approvalDigest = (of: {
  readonly subject: string;
  readonly run: string;
  readonly planDigest: string;
  readonly evidence: readonly DigestedPiece[];
}): string => digestOf({ subject: of.subject, run: of.run, planDigest: of.planDigest, evidence: of.evidence });

/** The stored form of a link's secret. */
export const keyHash = (key: string): string => sha256(`passage approval key ${key}`);

/** The approver whose personal link carries this key; every comparison takes the same time. */
export function approverOf(request: ApprovalRequest, key: string): string | null {
  const given = Buffer.from(keyHash(key), 'hex');
  let found: string | null = null;
  for (const { email, keyHash: stored } of request.approvers) {
    if (timingSafeEqual(given, Buffer.from(stored, 'hex'))) found = email;
  }
  return found;
}

/** What an approver types to decide. */
export const phrase = (decision: Vote['decision'], run: string): string => `${decision} ${run}`;

/** Votes that count: of an approver of this request, on this digest, before the deadline; one each, the first. */
export function counted(request: ApprovalRequest, votes: readonly Vote[]): Vote[] {
  const eligible = new Set(request.approvers.map(({ email }) => email.toLowerCase()));
  const byPerson = new Map<string, Vote>();
  for (const vote of [...votes].sort((a, b) => a.at.localeCompare(b.at))) {
    const person = vote.email.toLowerCase();
    if (!eligible.has(person) || byPerson.has(person)) continue;
    if (vote.approval !== request.id || vote.digest !== request.digest) continue;
    if (Date.parse(vote.at) > Date.parse(request.deadline)) continue;
    byPerson.set(person, vote);
  }
  return [...byPerson.values()];
}

/** The outcome that votes and clock demand, or null while it is open. One "no" rejects; silence is "no". */
export function decide(request: ApprovalRequest, votes: readonly Vote[], now: number): Outcome | null {
  const valid = counted(request, votes);
  const outcome = (decision: Outcome['decision'], by: Vote[]): Outcome => ({
    approval: request.id,
    decision,
    digest: request.digest,
    by: by.map(({ email }) => email),
    at: new Date(now).toISOString(),
  });
  const against = valid.filter(({ decision }) => decision === 'reject');
  if (against.length > 0) return outcome('rejected', against);
  const inFavour = valid.filter(({ decision }) => decision === 'approve');
  if (inFavour.length >= request.required) return outcome('approved', inFavour);
  if (now >= Date.parse(request.deadline)) return outcome('expired', inFavour);
  return null;
}

/**
 * Why an approved outcome is not borne out, or null. Recomputed from the objects themselves: a token that
 * was stolen and answered proves nothing.
 */
export function forgery(
  request: ApprovalRequest,
  outcome: Outcome,
  votes: readonly Vote[],
  now: { readonly digest: string; readonly eligible: readonly string[]; readonly required: number },
): string | null {
  if (now.digest !== request.digest) return 'plan or evidence has changed since the request was written';
  if (outcome.digest !== request.digest) return 'the outcome is of another digest';
  const eligible = new Set(now.eligible.map((email) => email.toLowerCase()));
  const strangers = request.approvers.filter(({ email }) => !eligible.has(email.toLowerCase()));
  if (strangers.length > 0) return `${strangers[0]!.email} may not decide here`;
  if (request.required < now.required)
    return `the request asks for ${request.required} votes, the configuration for ${now.required}`;
  const borne = decide(request, votes, Date.parse(request.deadline));
  if (borne?.decision !== outcome.decision)
    return `the votes say ${borne?.decision ?? 'nothing'}, the outcome says ${outcome.decision}`;
  return null;
}
