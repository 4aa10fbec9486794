import { isTooLarge, refuseTooLarge } from '../../adapters/postgres/large-rows.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import { qualified } from '../postgres/row-hash.ts';
import type { Database } from '../postgres/session.ts';
import type { SteadySession } from '../postgres/steady-session.ts';
import type { Plan, PlannedChunk, PlannedTable } from '../staged.ts';

/** Where a chunk failed because of a row that is larger than PostgreSQL can send: FieldTooLarge, which names it. */
export async function explained(
  error: unknown,
  plan: Plan,
  chunk: PlannedChunk,
  looking: SteadySession,
  database: Database,
): Promise<unknown> {
  if (!(error instanceof WorkflowError) || !isTooLarge(error.cause)) return error;
  const tables = chunk.pieces.map(({ table }) => plan.tables[table] as PlannedTable);
  try {
    await looking.try('look for a row over 1 GB', (session) =>
      refuseTooLarge(session, database, { tables: tables.map(({ oid }) => oid) }),
    );
  } catch (found) {
    return found;
  }
  return new WorkflowError(
    'FieldTooLarge',
    `${tables.map(qualified).join(', ')}: PostgreSQL sends no more than 1 GB of a row, and one of these is larger in the form in which it is sent (${(error.cause as Error).message}). Look for large values of types other than text and bytea, shorten or delete the row, then start again.`,
    { cause: error.cause },
  );
}
