import pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { inTransaction, withClient } from './connect.ts';
import { type EncryptedValues, inspectContents } from './inspect-contents.ts';
import { isScratchDatabaseOf } from './names.ts';
import { statement } from './statements.ts';
import type { TargetDatabase } from './target.ts';

/** One transaction takes one lock for each object: far below max_locks_per_transaction × max_connections = 64 × 100. */
const CHANGES_IN_ONE_TRANSACTION = 200;

const scratch = (target: TargetDatabase) => {
  if (!isScratchDatabaseOf(target.run, target.database)) {
    throw new WorkflowError(
      'InvalidInput',
      `"${target.database}" is not named as a scratch database of run ${target.run}: nothing is booted on another one.`,
    );
  }
  return { login: { ...target.admin, database: target.database }, options: { side: 'target', ...target } as const };
};

/**
 * Gives what the scratch database holds to the application's own login, so that it may migrate it: it becomes the owner
 * where Passage's login may act as it, and is granted everything otherwise. In no other database is anything changed.
 * @throws TargetLoginRefused when the application's role does not exist or Passage may grant it nothing.
 */
export async function handOver(target: TargetDatabase, role: string): Promise<void> {
  if (role === target.admin.user) return;
  const { login, options } = scratch(target);
  const to = pg.escapeIdentifier(role);
  await withClient(login, { ...options, statementTimeoutMs: 0 }, async (client) => {
    const { rows } = await client.query<{ member: boolean }>(
      // From PostgreSQL 16 on, whoever makes a role is its member without being allowed to act as it.
      `SELECT pg_has_role(current_user, rolname,
          CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) AS member
        FROM pg_roles WHERE rolname = $1`,
      [role],
    );
    const [found] = rows;
    if (!found) {
      throw new WorkflowError(
        'TargetLoginRefused',
        `The target server has no role "${role}", with which the deployment's variables sign in. Create it, or correct POSTGRES_USER.`,
      );
    }
    await client.query(`GRANT ALL ON DATABASE ${pg.escapeIdentifier(target.database)} TO ${to}`);
    await client.query(`GRANT ALL ON SCHEMA public TO ${to}`).catch(() => undefined);
    const { rows: all } = await client.query<{ object: string; follows: boolean }>(statement('list-owned-objects'));
    const owned = found.member ? all.filter(({ follows }) => !follows) : all;
    for (let from = 0; from < owned.length; from += CHANGES_IN_ONE_TRANSACTION) {
      await inTransaction(client, async () => {
        for (const { object } of owned.slice(from, from + CHANGES_IN_ONE_TRANSACTION)) {
          if (found.member) await client.query(`ALTER ${object} OWNER TO ${to}`);
          else await client.query(`GRANT ALL ON ${granted(object)} TO ${to}`);
        }
      });
    }
  });
}

/** GRANT has its own words: views and foreign tables count as tables. */
const granted = (object: string): string => object.replace(/^(MATERIALIZED VIEW|VIEW|FOREIGN TABLE) /, 'TABLE ');

/** How the scratch database looks while an application runs on it. */
export interface BootedDatabase {
  /** Sessions of the application's login, Passage's own excluded. */
  readonly sessions: number;
  readonly schemaMigrations: { readonly count: number; readonly newest: string | null } | null;
  readonly encrypted: EncryptedValues | null;
}

/**
 * Looks at the scratch database while the application runs on it.
 * @param role the application's login; null where it is not known: then every login's sessions count, but never those
 *   of the server itself (autovacuum), which have none
 */
export async function lookAtBooted(target: TargetDatabase, role: string | null): Promise<BootedDatabase> {
  const { login, options } = scratch(target);
  return withClient(login, options, async (client) => {
    const { rows } = await client.query<{ sessions: number }>(
      `SELECT count(*)::int AS sessions FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND usesysid IS NOT NULL AND ($1::text IS NULL OR usename = $1)
          AND coalesce(application_name, '') NOT LIKE 'passage/%'`,
      [role],
    );
    const { schemaMigrations, encrypted } = await inspectContents(client);
    return { sessions: rows[0]?.sessions ?? 0, schemaMigrations, encrypted };
  });
}
