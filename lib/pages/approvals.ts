import { count, utc } from '../domain/quantities.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Html, html } from './html.ts';

const decisions = { approved: 'good', rejected: 'bad', expired: 'warn', open: 'info' } as const;

/** Who was asked what, and what each answered. */
export function approvalsSection({ approvals: requests }: Summary): Html | null {
  if (requests.length === 0) return null;
  return html`<section id="approvals"><h2>Approvals</h2>${requests.map(
    (
      request,
    ) => html`<h3>${request.subject === 'go' ? 'Go: begin the freeze' : 'Switch: send users to the target'} <span class="tag ${decisions[request.decision]}">${request.decision}</span></h3>
<ul class="votes">${request.votes.map(
      (vote) =>
        html`<li><strong>${vote.email}</strong><span class="${vote.decision === 'approve' ? 'good' : 'bad'}">${vote.decision}</span>${vote.comment && html`<span class="soft">“${vote.comment}”</span>`}<time>${utc(vote.at, 'second')}</time></li>`,
    )}${request.votes.length === 0 && html`<li class="soft">Nobody voted.</li>`}</ul>
<p class="small soft">${count(request.required)} needed, asked by ${request.requester}, open until ${utc(request.deadline)}. Digest of what was decided on: <code>${request.digest}</code></p>`,
  )}</section>`;
}
