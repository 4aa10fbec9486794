import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decideAs, type Link, linksIn } from '../../lib/commands/approvers.ts';
import { until } from './until.ts';

type Decisions = Readonly<Record<string, 'approve' | 'reject'>>;

/** The personal links of one approval, once everybody's mail is there. */
export function linksOf(memory: string, approval: string, people: readonly string[]): Promise<readonly Link[]> {
  return until<readonly Link[] | null>(() => {
    const links = linksIn(outbox(memory), approval).filter(({ email }) => people.includes(email));
    return links.length === people.length ? links : null;
  });
}

/** Decides as people do who got their mails: each opens the link and sends the page's form. */
export async function decideByHand(
  { memory }: { readonly memory: string },
  approval: string,
  decisions: Decisions,
): Promise<void> {
  const run = approval.slice(0, approval.lastIndexOf('-'));
  for (const link of await linksOf(memory, approval, Object.keys(decisions))) {
    // Mails go out before the request is written: until then the link leads nowhere.
    await until(async () => (await fetch(link.url)).ok);
    await decideAs(link, decisions[link.email]!, run);
  }
}

/** Every mail that was sent, once a recipient. */
export function outbox(memory: string): { to: string; text: string }[] {
  const folder = join(memory, 'outbox');
  return readdirSync(folder)
    .filter((name) => /^\d.*\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as { to: string[]; text: string })
    .flatMap(({ to, text }) => to.map((recipient) => ({ to: recipient, text })));
}
