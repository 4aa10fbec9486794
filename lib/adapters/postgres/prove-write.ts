import pg from 'pg';
import type { WriteRight } from '../../workflow/documents/proofs.ts';
import type { StoredSetting } from '../../workflow/documents/sessions.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import { type Holder, type Login, sqlState, withClient } from './connect.ts';
import { statement } from './statements.ts';
import { type Lacking, lackingOf, readWriting, writesNone } from './write-rights.ts';

/** What a session of the application met. */
interface WriteProof {
  /** Whose row was written and rolled back; null where no table has a row that can be written without side effects. */
  readonly table: string | null;
  /** What the session began with that is not the server's. */
  readonly settings: readonly Pick<StoredSetting, 'name' | 'value'>[];
  /** What it may not write where nobody knows whether it could before, in a sentence. */
  readonly notes: readonly string[];
}

/** So many objects are named. */
const NAMED = 10;
/** Passage's own wait, not the application's: nobody else is at work on the target yet. */
const LOCK_TIMEOUT = '5s';
const READ_ONLY = '25006';

/**
 * Tries, in a session that keeps all that server, database and login give it, whether the application can write: its
 * rights on tables and sequences, then one row of a table is written with what it has and rolled back. That consumes no
 * sequence, fires no trigger and leaves a dead copy of one row, which the next vacuum takes away.
 * @param login the application's own
 * @param before what it may write on the source; null where that is not known, and then only a login that may write no
 * table at all is refused for its rights
 * @throws TargetWriteRefused when the server does not take the write, with its own words.
 * @throws TargetUnreachable | TargetLoginRefused when there is no session at all.
 */
export async function proveWrite(
  login: Login,
  holder: Holder,
  before: readonly WriteRight[] | null,
): Promise<WriteProof> {
  const { run, epoch } = holder;
  return withClient(login, { side: 'target', run, epoch, settings: 'as-they-are' }, async (client) => {
    try {
      return await tryToWrite(client, login, before);
    } catch (error) {
      const state = sqlState(error);
      // Administrators end sessions, and servers restart: that says nothing of the application.
      if (state === undefined || /^(57P0[1-3]|08)/.test(state)) throw error;
      throw refused(
        login,
        `${error instanceof Error ? error.message : error} (SQLSTATE ${state})`,
        todoFor(state),
        error,
      );
    }
  });
}

async function tryToWrite(client: pg.Client, login: Login, before: readonly WriteRight[] | null): Promise<WriteProof> {
  const { rows: settings } = await client.query<WriteProof['settings'][number]>(
    `SELECT name, CASE WHEN strpos(name, '.') = 0 THEN setting END AS value FROM pg_settings
      WHERE source IN ('global', 'database', 'user', 'database user') ORDER BY name`,
  );
  const now = await readWriting(client, null);
  const lacking = lackingOf(now, before);
  if (lacking.length > 0 && (before !== null || writesNone(now))) {
    throw refused(
      login,
      `it may not write ${named(lacking)}${before ? ' as on the source' : ''}`,
      granting(login, lacking),
    );
  }
  const notes =
    lacking.length > 0 ? [`It may not write ${named(lacking)}; whether it could on the source is not known.`] : [];
  const { rows: tables } = await client.query<{ table: string; column: string }>(statement('find-rows-to-rewrite'));
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    for (const { table, column } of tables) {
      const { rowCount } = await client.query(
        `UPDATE ${table} SET ${column} = ${column} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} LIMIT 1))`,
      );
      if (rowCount) return { table, settings, notes };
    }
    // No row that may be touched, so nothing was tried but this.
    const { rows } = await client.query<{ transaction_read_only: string }>('SHOW transaction_read_only');
    if (rows[0]?.transaction_read_only !== 'off')
      throw refused(login, 'transactions are read-only', todoFor(READ_ONLY));
    return { table: null, settings, notes };
  } finally {
    await client.query('ROLLBACK');
  }
}

function named(lacking: readonly Lacking[]): string {
  const more = lacking.length > NAMED ? ` and ${lacking.length - NAMED} more` : '';
  return `${lacking
    .slice(0, NAMED)
    .map(({ object }) => object)
    .join(', ')}${more}`;
}

function granting(login: Login, lacking: readonly Lacking[]): string {
  const to = pg.escapeIdentifier(login.user);
  const each = [...new Set(lacking.map(({ grant }) => `GRANT ${grant} TO ${to};`))].join(' ');
  return `As the owner: ${lacking.length > NAMED ? '' : `${each} Or, for all of it, `}GRANT the role that owns what was restored to ${to}`;
}

const refused = (login: Login, why: string, todo: string, cause?: unknown) =>
  new WorkflowError(
    'TargetWriteRefused',
    `The application cannot write to the target: as "${login.user}" in database "${login.database}" at ${login.host}:${login.port}, without Passage's own settings: ${why}. The name still leads to the source. ${todo}, then start again.`,
    { cause },
  );

function todoFor(state: string): string {
  if (state === READ_ONLY) {
    return 'Reset default_transaction_read_only of the database, the login or the parameter group, or name the writer instead of a reader';
  }
  if (state === '57014' || /^25P0/.test(state)) return 'Reset the timeout of the database or the login';
  if (state === '42501') return 'Grant it what it lacks';
  return 'See the log of the server';
}
