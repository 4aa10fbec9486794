import { phrase } from '../domain/approval.ts';
import type { WorldInfo } from '../local/world/world.ts';
import { type Console, usage } from './command.ts';

/** A personal link, as the mail to an approver carries it. */
export interface Link {
  readonly email: string;
  readonly url: string;
}

/** Reads the links of one approval out of the mails that were sent: there is no other place where they stand. */
export function linksIn(outbox: readonly { to: string; text: string }[], approval: string): Link[] {
  return outbox.flatMap(({ to, text }) => {
    const url = new RegExp(`https?://\\S+/approvals/${approval}/[\\w-]+`).exec(text)?.[0];
    return url ? [{ email: to, url }] : [];
  });
}

/** Decides as a person with a browser would: gets the page, fills in its form, posts it. */
export async function decideAs({ email, url }: Link, decision: 'approve' | 'reject', run: string): Promise<void> {
  const page = await (await fetch(url)).text();
  const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
  const digest = /name="digest"[^>]*value="([0-9a-f]+)"/.exec(page)?.[1];
  if (!action || !digest) throw usage(`The page of ${email} has no form: the approval may be decided already.`);
  const form = new URLSearchParams({ digest, phrase: phrase(decision, run), comment: '', decision });
  const answer = await fetch(new URL(action, url), { method: 'POST', body: form, redirect: 'manual' });
  if (answer.status !== 303) throw usage(`The vote of ${email} was not taken: HTTP ${answer.status}.`);
}

export interface Players {
  readonly approve: readonly string[];
  readonly reject: readonly string[];
}

/** `bob@example.com,carol@example.com` */
export const people = (list: string | undefined): string[] =>
  (list ?? '')
    .split(',')
    .map((email) => email.trim().toLowerCase())
    .filter((email) => email !== '');

/** Prints each approver's link, or plays the approvers that were named. */
export async function askPeople(
  world: WorldInfo,
  console: Console,
  approval: string,
  run: string,
  players: Players,
): Promise<void> {
  const links = linksIn(await world.outbox(), approval);
  const played: readonly (readonly ['approve' | 'reject', string])[] = [
    ...players.reject.map((email) => ['reject', email] as const),
    ...players.approve.map((email) => ['approve', email] as const),
  ];
  for (const [decision, email] of played) {
    const link = links.find((candidate) => candidate.email.toLowerCase() === email);
    if (!link) {
      console.line(`           ${email} has no link: not an approver of this run, or the one who started it.`);
      continue;
    }
    await decideAs(link, decision, run);
    console.line(`           ${email} decides: ${decision}.`);
    if (decision === 'reject') return;
  }
  if (played.length > 0) return;
  console.line('           Waiting for people. Each has a link of their own; opening it decides nothing:');
  for (const { email, url } of links) console.line(`             ${email}  ${url}`);
}
