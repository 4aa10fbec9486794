import { phrase } from '../domain/approval.ts';
import { LONGEST_OUTAGE, STANDS_OPEN } from '../domain/facts.ts';
import { approvalOf } from '../domain/run.ts';
import type { WorldInfo } from '../local/world/world.ts';
import { type Console, usage } from './command.ts';
import type { Journey } from './run-journey.ts';
import type { SimulatedAccount } from './simulated-account.ts';

/** A personal link, as the mail to an approver carries it. */
export interface Link {
  readonly email: string;
  readonly url: string;
}

/**
 * Reads the links of one approval out of the mails that were sent: there is no other place where they stand.
 * @param origin where the pages are now: an account that starts again may find its port taken
 */
export function linksIn(
  outbox: readonly { to: string; text: string }[],
  approval: string,
  origin: string | null = null,
): Link[] {
  return outbox.flatMap(({ to, text }) => {
    const found = new RegExp(`(https?://\\S+)(/approvals/${approval}/[\\w-]+)`).exec(text);
    if (!found) return [];
    const [, mailed, path] = found;
    return [{ email: to, url: `${origin ?? mailed}${path}` }];
  });
}

/** Decides as a person with a browser would: gets the page, fills in its form, posts it. */
export async function decideAs({ email, url }: Link, decision: 'approve' | 'reject', run: string): Promise<void> {
  const page = await (await fetch(url)).text();
  const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
  const digest = /name="digest"[^>]*value="([0-9a-f]+)"/.exec(page)?.[1];
  if (!action || !digest) throw usage(`The page of ${email} has no form: the approval may already be decided.`);
  const form = new URLSearchParams({ digest, phrase: phrase(decision, run), comment: '', decision });
  const answer = await fetch(new URL(action, url), { method: 'POST', body: form, redirect: 'manual' });
  if (answer.status !== 303) throw usage(`The vote of ${email} was not accepted: HTTP ${answer.status}.`);
}

export interface Players {
  readonly approve: readonly string[];
  readonly reject: readonly string[];
}

/** Nobody's decisions are played: each approver's link is shown. */
export const NOBODY: Players = { approve: [], reject: [] };

/** `bob@example.com,carol@example.com` */
export const people = (list: string | undefined): string[] =>
  (list ?? '')
    .split(',')
    .map((email) => email.trim().toLowerCase())
    .filter((email) => email !== '');

/** The state that asks, and what it asks for. */
const asking = { 'Ask for go': 'go', 'Ask for switch': 'switch' } as const;

/** What stands open is said before anybody is asked: warnings stop no cutover, people do. */
const told = ({ label }: { readonly label: string }): boolean => label === STANDS_OPEN || label === LONGEST_OUTAGE;

/** At each look at a run: asks for what it has come to wait for, and nobody has decided yet. */
export function askPeopleOf(
  world: WorldInfo,
  { approvals }: SimulatedAccount,
  console: Console,
  players: Players,
): NonNullable<Journey['onTick']> {
  const asked = new Set<string>();
  return async (states, run) => {
    for (const [state, subject] of Object.entries(asking)) {
      const approval = approvalOf(run, subject);
      if (!states.has(state) || asked.has(approval)) continue;
      const request = await approvals.request(approval);
      if (request === null) continue;
      asked.add(approval);
      if (await approvals.outcome(approval)) continue;
      for (const { label, value } of request.facts.filter(told)) console.line(`           ${label}: ${value}`);
      const voted = new Set((await approvals.votes(approval)).map(({ email }) => email.toLowerCase()));
      const still = (emails: readonly string[]) => emails.filter((email) => !voted.has(email));
      await askPeople(world, console, approval, run, {
        approve: still(players.approve),
        reject: still(players.reject),
      });
    }
  };
}

/** Prints each approver's link, or plays the approvers that were named. */
async function askPeople(
  world: WorldInfo,
  console: Console,
  approval: string,
  run: string,
  players: Players,
): Promise<void> {
  const links = linksIn(await world.outbox(), approval, world.approvalUrl);
  const played: readonly (readonly ['approve' | 'reject', string])[] = [
    ...players.reject.map((email) => ['reject', email] as const),
    ...players.approve.map((email) => ['approve', email] as const),
  ];
  for (const [decision, email] of played) {
    // Of an attempt that was cut off the links lead nowhere: the newest counts.
    const link = links.findLast((candidate) => candidate.email.toLowerCase() === email);
    if (!link) {
      console.line(`           ${email} has no link: not an approver of this run, or the one who started it.`);
      continue;
    }
    await decideAs(link, decision, run);
    console.line(`           ${email} decides: ${decision}.`);
    if (decision === 'reject') return;
  }
  if (played.length > 0) return;
  console.line('           Waiting for the approvers. Each has a link of their own; opening it decides nothing:');
  for (const [email, url] of new Map(links.map((link) => [link.email, link.url]))) {
    console.line(`             ${email}  ${url}`);
  }
}
