import { phrase } from '../domain/approval.ts';
import type { Vote } from '../workflow/documents/approval.ts';

type Decision = Pick<Vote, 'decision' | 'digest' | 'comment'>;

/** A form as it was posted: a decision, or what is wrong with it. */
type Posted =
  | { readonly kind: 'decision'; readonly decision: Decision }
  /** Not what the page's form sends: 400. */
  | { readonly kind: 'malformed'; readonly problem: string }
  /** The right form with the wrong words: the page again, with this notice, 422. */
  | { readonly kind: 'mistyped'; readonly problem: string };

const fields = new Set(['digest', 'phrase', 'comment', 'decision']);
const COMMENT = 500;

/**
 * Reads what the form of an approval page posted. Nothing is guessed: every field at most once, none unknown, the
 * decision one of two words, and the typed phrase must say the same as the button.
 * @param body `application/x-www-form-urlencoded`, decoded from base64 already
 */
export function readDecision(body: string, run: string): Posted {
  const malformed = (problem: string): Posted => ({ kind: 'malformed', problem });
  const form = new URLSearchParams(body);
  for (const name of new Set(form.keys())) {
    if (!fields.has(name)) return malformed(`The form has no field “${name.slice(0, 40)}”.`);
    if (form.getAll(name).length > 1) return malformed(`The field “${name}” came more than once.`);
  }
  const decision = form.get('decision');
  if (decision !== 'approve' && decision !== 'reject') {
    return malformed('The form says neither “approve” nor “reject”.');
  }
  const digest = form.get('digest') ?? '';
  if (!/^[0-9a-f]{64}$/.test(digest)) return malformed('The form does not say what was decided on.');
  const comment = (form.get('comment') ?? '').trim();
  if (comment.length > COMMENT) return malformed(`The comment is longer than ${COMMENT} characters.`);
  const typed = form.get('phrase');
  if (typed === null) return malformed('The form has no phrase.');
  if (typed.trim() !== phrase(decision, run)) {
    return {
      kind: 'mistyped',
      problem: `Nothing was decided: the button says “${decision}”, so the phrase has to be exactly “${phrase(decision, run)}”.`,
    };
  }
  return { kind: 'decision', decision: { decision, digest, comment } };
}
