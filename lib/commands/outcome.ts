import pg from 'pg';
import { ask } from '../adapters/resolver.ts';
import { plural } from '../domain/quantities.ts';
import type { WorldInfo } from '../local/world/world.ts';
import type { DeployedMigration } from '../workflow/configuration.ts';
import type { Console } from './command.ts';
import { simulatedAccount } from './simulated-account.ts';

/** The sample's user writes four times a second, and asks for the name anew each time: a hundred tries and more. */
const FIRST_WRITE_MS = 30_000;
const LOOK_EVERY_MS = 250;

/** A write that the application said it has stored. */
interface Acknowledged {
  /** ISO 8601. */
  readonly at: string;
  readonly side: string;
}

/** What the writes of the sample's user say of a cutover that is over. */
interface Writes {
  readonly acknowledged: readonly Acknowledged[];
  /** How many of these the side that may be written holds. */
  readonly stored: number;
  /** Null for a cutover that did not come so far: the source serves on. */
  readonly pointOfNoReturn: string | null;
}

/** Writes that were acknowledged after the point of no return; the source was sealed before it, so the target took them. */
export const byWayOfTarget = ({ acknowledged, pointOfNoReturn }: Omit<Writes, 'stored'>): number =>
  pointOfNoReturn === null ? 0 : acknowledged.filter(({ at }) => Date.parse(at) > Date.parse(pointOfNoReturn)).length;

/** Why the outcome is no success, in a sentence for people; null where it is one. */
export function fault(writes: Writes): string | null {
  const { acknowledged, stored, pointOfNoReturn } = writes;
  const missing = acknowledged.length - stored;
  if (missing > 0) {
    return `NOT OK: ${plural(missing, 'acknowledged write')} ${missing === 1 ? 'is' : 'are'} missing.`;
  }
  if (pointOfNoReturn === null || byWayOfTarget(writes) > 0) return null;
  return `NOT OK: since the switch not one write has arrived by way of the target, in ${FIRST_WRITE_MS / 1000} s. The name leads there and users write in vain: see the log of the target's backend, and whether its login may write (docs/runbook.md#targetwriterefused).`;
}

/**
 * Says what people want to know after a cutover: where the name points, who serves, and whether any write was lost.
 * After a switch it waits for a write by way of the target.
 * @returns false where users could not write, or a write was lost
 */
export async function showOutcome(
  world: WorldInfo,
  { name, dns }: Pick<DeployedMigration, 'name' | 'dns'>,
  console: Console,
  signal: AbortSignal,
): Promise<boolean> {
  if (!dns || !world.databases) return true;
  const [asked] = await ask([world.dns.server], dns.record);
  console.line(`${dns.record} → ${asked?.answer.join(', ') || 'no answer'}`);
  const { pointOfNoReturn, writable } = await simulatedAccount(world).ledgers.read(name);
  const deadline = Date.now() + FIRST_WRITE_MS;
  const waits = () => pointOfNoReturn !== null && Date.now() < deadline && !signal.aborted;
  let acknowledged = world.acknowledged();
  while (waits() && byWayOfTarget({ acknowledged, pointOfNoReturn }) === 0) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    acknowledged = world.acknowledged();
  }
  const login = writable === 'target' ? world.databases.target : world.databases.source;
  const stored = await storedEvents(login, acknowledged.length);
  const side = acknowledged.at(-1)?.side ?? 'nobody yet';
  console.line(
    `The last write was served by the ${side}. Acknowledged writes: ${acknowledged.length}; rows on the ${writable}: ${stored}.`,
  );
  const wrong = signal.aborted ? null : fault({ acknowledged, stored, pointOfNoReturn });
  if (wrong) console.line(wrong);
  return wrong === null;
}

/** How many of the writer's first `upTo` events the side holds. */
async function storedEvents(login: NonNullable<WorldInfo['databases']>['source'], upTo: number): Promise<number> {
  const client = new pg.Client(login);
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(DISTINCT metadata -> 'writer') FROM public.audit_trail_events
        WHERE metadata ? 'writer' AND (metadata ->> 'writer')::bigint <= $1`,
      [upTo],
    );
    return Number(rows[0]?.count ?? 0);
  } finally {
    await client.end();
  }
}
