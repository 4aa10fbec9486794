import type pg from 'pg';
import { size } from '../../domain/quantities.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import { type Login, sqlState } from './connect.ts';

const DISK_FULL = '53100';
/** What a statement may write into temporary files: `temp_file_limit`. */
const TEMPORARY_FILES_FULL = '53400';

/** Whether the server said that it has no room left. */
export const isFull = (error: unknown) => [DISK_FULL, TEMPORARY_FILES_FULL].includes(sqlState(error) ?? '');

/** What fills a target. Bytes. */
interface Room {
  /** Of the database, as far as it was copied. */
  readonly taken: number;
  /** Of tables and indexes at the source. */
  readonly needed: number;
}

/** The declared error for it, which names the database, how much it holds and what to do. */
export function targetFull(error: unknown, { database, host, port }: Omit<Login, 'user' | 'password'>, room?: Room) {
  const words = error instanceof Error ? error.message : String(error);
  const sizes =
    room && ` It holds ${size(room.taken)} so far; tables and indexes of the source take ${size(room.needed)}.`;
  const todo =
    sqlState(error) === TEMPORARY_FILES_FULL
      ? 'Raise temp_file_limit on the target (a parameter group on RDS), then start again.'
      : 'Give the target more storage, with room for its write-ahead log as well, then start again.';
  return new WorkflowError(
    'TargetFull',
    `The target has no room left for database "${database}" at ${host}:${port}: ${words}.${sizes ?? ''} What was under way was rolled back. ${todo}`,
    { cause: error },
  );
}

/** Bytes of the database that the session is connected to. */
export async function databaseSize(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes');
  return Number(rows[0]?.bytes);
}
