import { databaseSize, targetFull } from '../../adapters/postgres/room.ts';
import type { WorkflowError } from '../../workflow/errors.ts';
import { closeSession, type Database, openSession } from '../postgres/session.ts';
import type { Plan } from '../staged.ts';

/** The same error with how much there is and how much was to come, where a full server still tells. */
export async function withSizes(
  full: WorkflowError,
  database: Database,
  plan: Plan,
  signal: AbortSignal,
): Promise<WorkflowError> {
  try {
    const session = await openSession(database, signal);
    try {
      const needed = plan.tables.reduce((sum, { bytes, indexBytes }) => sum + bytes + indexBytes, 0);
      return targetFull(full.cause, database, { taken: await databaseSize(session), needed });
    } finally {
      await closeSession(session);
    }
  } catch {
    return full;
  }
}
