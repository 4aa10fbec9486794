import type { Grants } from '../contract.ts';
import type { Surroundings } from '../ports.ts';
import { findChanged } from '../postgres/catalog.ts';
import { dumpSchema } from '../postgres/client-tools.ts';
import { qualified } from '../postgres/row-hash.ts';
import type { Database } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import type { Plan } from '../staged.ts';
import { SourceChanged } from './dump-chunk.ts';

const TRIES = 5;

/**
 * The schema under the plan's snapshot, in pg_dump's custom format. pg_dump reads part of the catalog as it is now, so
 * it fails on what is dropped meanwhile, or locked: the first is a changed source, the second passes.
 * 1 s · 2ⁿ, 5 tries = 15 s of waiting, besides 5 s for each lock. Throws SourceChanged, DumpFailed.
 */
export async function readSchema(
  { snapshot, tables, serverVersion, encoding }: Pick<Plan, 'snapshot' | 'tables' | 'serverVersion' | 'encoding'>,
  grants: Grants | undefined,
  database: Database,
  around: Surroundings,
): Promise<Buffer> {
  const { clock, log, signal } = around;
  for (let tries = 1; ; tries++) {
    try {
      return await dumpSchema(database, snapshot, encoding, signal, { rights: grants === 'carry' && 'grants' });
    } catch (error) {
      signal.throwIfAborted();
      const looking = new SteadySession(database, around);
      const changed = await looking
        .try('look at the catalog', (session) => findChanged(session, tables, serverVersion))
        .finally(() => looking.close());
      if (changed) throw new SourceChanged(qualified(changed));
      if (tries === TRIES) throw error;
      log('tried again', { what: 'read the schema', tries, reason: (error as Error).message });
      await clock.sleep(1000 * 2 ** (tries - 1), signal);
    }
  }
}
