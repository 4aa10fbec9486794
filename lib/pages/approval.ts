import { counted, phrase, quorum } from '../domain/approval.ts';
import { duration, remaining, secondsBetween, utc } from '../domain/quantities.ts';
import type { ApprovalRequest, Fact, Outcome, Vote } from '../workflow/documents/approval.ts';
import type { Subject } from '../workflow/documents/run.ts';
import { type Answer, page } from './answer.ts';
import { type Html, html } from './html.ts';

/** Everything a page about an approval shows. */
export interface ApprovalView {
  readonly request: ApprovalRequest;
  readonly votes: readonly Vote[];
  readonly outcome: Outcome | null;
  /** When users lost the application, on a page that asks for "switch". */
  readonly outSince?: string | null;
  /** E-mail address of whom the link belongs to; null when its key is nobody's. */
  readonly approver: string | null;
  /** Where the form posts to: the page's own path. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Why the page is shown again. */
  readonly notice?: string;
}

export const questions: Readonly<Record<Subject, { readonly asks: string; readonly means: string }>> = {
  go: {
    asks: 'Begin the freeze?',
    means:
      'If this is approved, the source is stopped and locked at once, and nobody can work until the switch or until everything is put back.',
  },
  switch: {
    asks: 'Switch to the target?',
    means:
      'If this is approved, DNS moves, the source is sealed and users reach the target. After that Passage does not go back: people would do it by hand, and lose what users have written since.',
  },
};

const results: Readonly<Record<Outcome['decision'], { readonly tone: string; readonly text: string }>> = {
  approved: { tone: 'good', text: 'Approved. The run goes on.' },
  rejected: { tone: 'bad', text: 'Rejected. The run puts everything back as it was.' },
  expired: { tone: 'warn', text: 'The deadline passed without enough votes. That means no: everything is put back.' },
};

const pairs = (list: readonly (readonly [string, Html | string])[]): Html =>
  html`<dl class="pairs">${list.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`;

function people({ request, votes }: ApprovalView): Html {
  const valid = counted(request, votes);
  const others = request.approvers.map(({ email }) => ({
    email,
    vote: valid.find((vote) => vote.email.toLowerCase() === email.toLowerCase()),
  }));
  const tone = { approve: 'good', reject: 'bad' } as const;
  return html`<h2>Who decides</h2><p>${quorum(request)} One “reject” rejects, and silence until the deadline means no.</p>
<ul class="people">${others.map(
    ({ email, vote }) =>
      html`<li><strong>${email}</strong>${vote ? html`<span class="${tone[vote.decision]}">${vote.decision}</span>${vote.comment && html`<span class="soft">“${vote.comment}”</span>`}<span class="when soft">${utc(vote.at, 'second')}</span>` : html`<span class="soft">has not decided</span>`}</li>`,
  )}${request.excluded.map(
    ({ email, because }) =>
      html`<li><strong>${email}</strong><span class="soft">may not decide: ${because}</span></li>`,
  )}</ul>`;
}

const evidence = ({ request }: ApprovalView): Html => html`<h2>What is decided on</h2>
<p class="small soft">The digest stands for the plan and for every piece of evidence below. A vote counts for this digest only.</p>
${pairs([
  ['Digest', html`<code>${request.digest}</code>`],
  ['Plan', html`<code>${request.planDigest}</code>`],
])}<ul class="evidence small">${request.evidence.map(
  ({ key, sha256 }) => html`<li>${key}<code class="soft">SHA-256 ${sha256}</code></li>`,
)}</ul>`;

/** A fact, and below it what it sums up. */
const told = ({ value, points = [], commands = [] }: Fact): Html =>
  html`${value}${
    points.length > 0 &&
    html`<ul class="points">${points.map(({ text, note }) => html`<li>${text}${note && html`<span class="soft">${note}</span>`}</li>`)}</ul>`
  }${commands.length > 0 && html`<div class="type">${commands.map((command) => html`<kbd>${command}</kbd>`)}</div>`}`;

/** How long users wait already: what one who decides on "switch" has to know first. */
const out = ({ outSince, outcome, now }: ApprovalView): readonly (readonly [string, Html])[] =>
  outSince && outcome === null
    ? [
        [
          'Users are out',
          html`<strong>for ${duration(secondsBetween(outSince, new Date(now).toISOString()))}</strong> when this page was made, since “go” was approved at ${utc(outSince, 'second')}`,
        ],
      ]
    : [];

/** As a pattern attribute reads it. */
const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

function form({ request, path }: ApprovalView, approver: string): Html {
  const { run } = request.lease;
  const [approve, reject] = [phrase('approve', run), phrase('reject', run)];
  return html`<h2>Your decision</h2>
<form method="post" action="${path}" accept-charset="utf-8"><input type="hidden" name="digest" value="${request.digest}">
<div id="how">You decide as <strong>${approver}</strong> on digest <code>${request.digest.slice(0, 12)}…</code> Type one of these, then press the button that says the same. A decision cannot be changed.
<div class="type"><kbd>${approve}</kbd><kbd>${reject}</kbd></div></div>
<label for="phrase">Type your decision</label>
<input class="mono" type="text" id="phrase" name="phrase" required autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="how" pattern="\\s*(${literally(approve)}|${literally(reject)})\\s*" title="${approve}, or ${reject}">
<label for="comment">Comment <span class="soft">(optional, kept with the evidence)</span></label>
<input type="text" id="comment" name="comment" maxlength="500" autocomplete="off">
<div class="buttons"><button class="approve" name="decision" value="approve">Approve</button><button class="reject" name="decision" value="reject">Reject</button></div></form>`;
}

/** What has become of it, or the form; exactly one of them. */
function state(view: ApprovalView, approver: string): Html {
  const { request, votes, outcome, now } = view;
  const mine = counted(request, votes).find((vote) => vote.email.toLowerCase() === approver.toLowerCase());
  const voted = mine && html`<p>You decided “${mine.decision}” on ${utc(mine.at, 'second')}. It cannot be changed.</p>`;
  if (outcome !== null) {
    const { tone, text } = results[outcome.decision];
    return html`<div class="note ${tone}"><strong>${text}</strong><p class="small">Decided ${utc(outcome.at, 'second')}${outcome.by.length > 0 && html` by ${outcome.by.join(', ')}`}.</p>${voted}</div>`;
  }
  if (now >= Date.parse(request.deadline)) {
    return html`<div class="note warn"><strong>${results.expired.text}</strong>${voted}</div>`;
  }
  if (mine) {
    const tone = mine.decision === 'approve' ? 'good' : 'bad';
    return html`<div class="note ${tone}"><strong>Your vote is recorded.</strong>${voted}</div>`;
  }
  return html``;
}

const open = ({ request, votes, outcome, now }: ApprovalView, approver: string): boolean =>
  outcome === null &&
  now < Date.parse(request.deadline) &&
  !counted(request, votes).some((vote) => vote.email.toLowerCase() === approver.toLowerCase());

/**
 * The page behind a personal link. Showing it changes nothing, however often and by whomever it is asked for. The
 * form is there only while this person may still vote.
 * @returns 200; 404 when the link is nobody's; 422 with a notice
 */
export function approvalPage(view: ApprovalView): Answer {
  const { request, approver, notice, now } = view;
  if (approver === null) return unknownLinkPage();
  const { asks, means } = questions[request.subject];
  const undecided = open(view, approver);
  return page(
    notice === undefined ? 200 : 422,
    `${asks} ${request.lease.migration}`,
    html`<p class="over">Passage: approval “${request.subject}” for ${request.lease.migration}</p>
<h1>${asks}</h1>${notice !== undefined && html`<div class="note bad" role="alert">${notice}</div>`}${state(view, approver)}${
      undecided && html`<p>${means}</p><p class="soft">Opening this page has decided nothing.</p>`
    }
${pairs([
  ['Requested by', request.requester],
  ['Reason', request.reason],
  ['Run', html`<span class="mono">${request.lease.run}</span>`],
  ['Asked', utc(request.requestedAt)],
  [
    'Decide by',
    html`<strong>${utc(request.deadline)}</strong>${view.outcome === null && html` <span class="soft">(${remaining(request.deadline, now)} when this page was made, at ${utc(now, 'second').slice(11)})</span>`}`,
  ],
  ...out(view),
])}
<h2>What is known</h2>${pairs(request.facts.map((fact) => [fact.label, told(fact)] as const))}
${people(view)}${undecided && form(view, approver)}${evidence(view)}`,
  );
}

const message = (statusCode: number, title: string, ...paragraphs: readonly string[]): Answer =>
  page(
    statusCode,
    title,
    html`<p class="over">Passage</p><h1>${title}</h1>${paragraphs.map((text) => html`<p>${text}</p>`)}`,
  );

/** 404. It says the same for a request that never was and for a key that is nobody's. */
export const unknownLinkPage = (): Answer =>
  message(
    404,
    'This link leads nowhere',
    'It may be incomplete: mail programs break long lines. Copy it whole from the mail.',
    'If it is whole, ask whoever started the run; nothing was decided by opening it.',
  );

/** 409: the posted digest is not that of the request. */
export const supersededPage = (request: ApprovalRequest): Answer =>
  message(
    409,
    'The evidence has changed',
    `What you were shown is not what approval “${request.subject}” of run ${request.lease.run} is about any more, so your vote was not taken.`,
    'Open your link again, read what has changed, and decide on that.',
  );

/** 400. */
export const malformedPage = (problem: string): Answer =>
  message(400, 'This is not a decision', problem, 'Nothing was recorded. Open your link again and use its form.');

/** 405, for every method but GET, HEAD and POST. */
export const methodPage = (): Answer => {
  const answer = message(405, 'Only reading and deciding', 'This address takes GET, HEAD and POST.');
  return { ...answer, headers: { ...answer.headers, allow: 'GET, HEAD, POST' } };
};
