import { castVote } from '../../lambdas/cast-vote/handler.ts';
import { decideApproval } from '../../lambdas/decide-approval/handler.ts';
import { openApproval } from '../../lambdas/open-approval/handler.ts';
import { readApproval } from '../../lambdas/read-approval/handler.ts';
import { keys } from '../../lib/domain/run.ts';
import type { ApprovalRequest, Outcome } from '../../lib/workflow/documents/approval.ts';
import type { Subject } from '../../lib/workflow/documents/run.ts';
import { lease, noon, people } from '../support/run-documents.ts';
import { type Account, call, withRun } from './account.ts';

export const [alice, bob, carol] = people;
export const TOKEN = 'the-callback-token-of-step-functions';
export const id = 'autumn-go';
export const keyOf = (email: string) => `key-of-${email.split('@')[0]}`;

/** An account in which the run was started by a principal. */
export function startedBy(principal = 'arn:aws:iam::111111111111:user/dave', configured: object = {}): Account {
  const it = withRun('cutover', configured);
  it.documents.tamper(keys.requester('autumn'), { execution: 'arn', principal, at: noon });
  return it;
}

export const open = (of: Account, { token = TOKEN, subject = 'go' as Subject, redriven = 0 } = {}) => {
  const names = [...people].filter(
    (email) => !(of.documents.json(keys.requester('autumn')) as { principal: string }).principal.includes(email),
  );
  let next = 0;
  return openApproval.run(
    { ...of, pages: 'https://pages.example.com', newKey: () => keyOf(names[next++] ?? 'nobody@') },
    { lease, subject, seconds: 3600, redriven, token },
    call,
  );
};
export const requestOf = (of: Account, approval = id) => of.documents.json(keys.request(approval)) as ApprovalRequest;
export const outcomeOf = (of: Account) => of.documents.json(keys.outcome(id)) as Outcome | null;

export const http = (method: string, key: string, body?: string, more: object = {}) => ({
  requestContext: { http: { method } },
  pathParameters: { approval: id, key },
  ...(body === undefined ? {} : { body }),
  ...more,
});
export const form = (of: Account, decision = 'approve', more: Record<string, string> = {}) =>
  new URLSearchParams({
    decision,
    phrase: `${decision} autumn`,
    digest: requestOf(of).digest,
    comment: '',
    ...more,
  }).toString();
/** A second passes with every form that is sent. */
export const post = async (of: Account, email: string, body = form(of)) => {
  const answer = await castVote.run(of, http('POST', keyOf(email), body), call);
  of.time.now += 1000;
  return answer;
};
export const votesIn = (of: Account) =>
  [...of.documents.objects.keys()].filter((key) => key.startsWith(keys.votes(id)));
export const settle = (of: Account) => decideApproval.run(of, { every: 'minute' }, call);
export const read = (of: Account) => readApproval.run(of, { lease, subject: 'go' }, call);

/** An approval that is asked for. */
export async function asked(principal?: string): Promise<Account> {
  const it = startedBy(principal);
  await open(it);
  return it;
}
/** One that alice and bob have approved and that was delivered. */
export async function approved(): Promise<Account> {
  const it = await asked();
  await post(it, alice);
  await post(it, bob);
  await settle(it);
  return it;
}
