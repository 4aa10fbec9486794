import type { ConcernedLogin, SessionDefaults } from '../../workflow/documents/sessions.ts';
import { type ConnectOptions, type Login, withClient } from './connect.ts';
import { statement } from './statements.ts';

interface Row extends Omit<SessionDefaults, 'logins'> {
  readonly logins: readonly Omit<ConcernedLogin, 'of'>[];
}

/** Sessions of every run and epoch of Passage: see names.ts. */
const PASSAGE = 'passage/%';

/**
 * Reads what sessions of Passage's and of the application's login begin with, and how many there may be. In a session
 * of its own that keeps what it is given: Passage's settings would hide the server's. Changes nothing.
 * @param application the login of the application; null where it is not known
 * @throws SourceUnreachable | TargetUnreachable | SourceLoginRefused | TargetLoginRefused
 */
export async function inspectSessions(
  login: Login,
  options: ConnectOptions,
  application: string | null,
): Promise<SessionDefaults> {
  const logins = [...new Set([login.user, ...(application === null ? [] : [application])])];
  const of = (name: string): ConcernedLogin['of'] => {
    if (name !== login.user) return 'application';
    return name === application ? 'both' : 'passage';
  };
  return withClient(login, { ...options, settings: 'as-they-are' }, async (client) => {
    // It may be shorter than the statement takes; what sessions begin with stays in `reset_val`.
    await client.query('SET statement_timeout = 0');
    const [row] = (await client.query<Row>(statement('inspect-sessions'), [logins, PASSAGE])).rows;
    if (!row) throw new Error('pg_database does not list the current database');
    return { ...row, logins: row.logins.map((each) => ({ ...each, of: of(each.login) })) };
  });
}
