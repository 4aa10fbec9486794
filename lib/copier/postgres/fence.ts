import pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { type Holder, sqlState } from './session.ts';

/** Of the target's fence row, from preparation until the copy is proved. */
const STATE = 'loading';
const UNDEFINED_TABLE = '42P01';
const INVALID_SCHEMA = '3F000';

/** The target is restored from another plan: this one's snapshot is given up. */
export class Superseded extends Error {}

/** Who writes what: plan and attempt must be those that took possession of the target (see `take-possession.ts`). */
export interface Writer extends Holder {
  /** The plan's id. */
  readonly plan: string;
  readonly attempt: number;
}

/**
 * One transaction that writes to the target. It begins with the fence row and the plan's possession, both locked until
 * its end, so that neither a later epoch, another plan nor a later attempt can begin while it runs; and it leaves `mark` in
 * `passage.chunks`, so that it happens once. False when it had happened before. On an error the session is unusable.
 * Throws `Fenced` when the target belongs to another run, epoch or state, Superseded when to another plan or attempt.
 */
export async function writeOnce(
  client: pg.Client,
  writer: Writer,
  mark: { id: string; rows: number; bytes: number },
  effect: (client: pg.Client) => Promise<void>,
): Promise<boolean> {
  await begin(client, writer);
  // A second writer of the same mark waits here for the first one's end.
  const { rowCount } = await client.query(
    `INSERT INTO passage.chunks (chunk, rows, bytes, epoch, loaded_at) VALUES ($1, $2, $3, $4, now())
     ON CONFLICT (chunk) DO NOTHING`,
    [`${writer.plan}/${mark.id}`, mark.rows, mark.bytes, writer.epoch],
  );
  if (rowCount === 0) {
    await client.query('ROLLBACK');
    return false;
  }
  await effect(client);
  await client.query('COMMIT');
  return true;
}

/** Whether `writeOnce` has left this mark. */
export async function wasWritten(client: pg.Client, writer: Writer, id: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM passage.chunks WHERE chunk = $1', [`${writer.plan}/${id}`]);
  return rowCount === 1;
}

/** The same without a mark, for what may be done again. */
export async function writeAgain<T>(
  client: pg.Client,
  writer: Writer,
  effect: (client: pg.Client) => Promise<T>,
): Promise<T> {
  await begin(client, writer);
  const result = await effect(client);
  await client.query('COMMIT');
  return result;
}

/** A transaction of the fence's holder, whatever plan the target is restored from: only for taking possession. */
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

/** The mark of the plan that the target is restored from; its `rows` are the attempt. */
export const possessionMark = (plan: string) => `${plan}/possession`;

/** Marks of what comes after all data: it would fire, refer or be out of date if rows were taken out again. */
export const lateMark = (what: string) => `late ${what}`;
export const isLate = (mark: string) => mark.startsWith('late ');

async function begin(client: pg.Client, writer: Writer): Promise<void> {
  await client.query('BEGIN');
  await passFence(client, writer);
  const { plan, attempt } = writer;
  const { rowCount } = await client.query('SELECT 1 FROM passage.chunks WHERE chunk = $1 AND rows = $2 FOR SHARE', [
    possessionMark(plan),
    attempt,
  ]);
  if (!rowCount) throw new Superseded(`the target is no longer restored from attempt ${attempt} of plan ${plan}`);
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
