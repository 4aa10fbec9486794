import pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { type Holder, sqlState } from './session.ts';

/** Of the target's fence row, from preparation until the copy is proved. */
const STATE = 'loading';
const UNDEFINED_TABLE = '42P01';
const INVALID_SCHEMA = '3F000';

/**
 * One transaction that writes to the target: it begins with the fence row, locked until its end, so that no later
 * epoch can begin while it runs; and it leaves `mark` in `passage.chunks`, so that it happens once.
 * False when it had happened before. Throws `Fenced` when the target belongs to another run, epoch or state.
 */
export async function writeOnce(
  client: pg.Client,
  holder: Holder,
  mark: { id: string; rows: number; bytes: number },
  effect: (client: pg.Client) => Promise<void>,
): Promise<boolean> {
  await client.query('BEGIN');
  await passFence(client, holder);
  // A second writer of the same mark waits here for the first one's end.
  const { rowCount } = await client.query(
    `INSERT INTO passage.chunks (chunk, rows, bytes, epoch, loaded_at) VALUES ($1, $2, $3, $4, now())
     ON CONFLICT (chunk) DO NOTHING`,
    [mark.id, mark.rows, mark.bytes, holder.epoch],
  );
  if (rowCount === 0) {
    await client.query('ROLLBACK');
    return false;
  }
  await effect(client);
  await client.query('COMMIT');
  return true;
}

/** A fenced transaction without a mark, for what may be done again. */
export async function writeFenced<T>(
  client: pg.Client,
  holder: Holder,
  effect: (client: pg.Client) => Promise<T>,
): Promise<T> {
  await client.query('BEGIN');
  await passFence(client, holder);
  const result = await effect(client);
  await client.query('COMMIT');
  return result;
}

async function passFence(client: pg.Client, { run, epoch }: Holder): Promise<void> {
  const row = await client
    .query('SELECT 1 FROM passage.fence WHERE run = $1 AND epoch = $2 AND state = $3 FOR SHARE', [run, epoch, STATE])
    .catch((error: unknown) => {
      const code = sqlState(error);
      if (code === UNDEFINED_TABLE || code === INVALID_SCHEMA) return { rowCount: 0 };
      throw error;
    });
  if (row.rowCount) return;
  throw new WorkflowError(
    'Fenced',
    `The target's fence does not let run ${run}, epoch ${epoch} restore: a later epoch, another state, or no fence. Nothing was written.`,
  );
}

/** SQL values in a script of several statements, which takes no parameters. */
export const literal = pg.escapeLiteral;
