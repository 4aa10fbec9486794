import pg from 'pg';
import { z } from 'zod';
import { WorkflowError } from '../../workflow/errors.ts';
import { statement } from './statements.ts';

const Grant = z.strictObject({
  /** `null` is PUBLIC. */
  grantee: z.string().nullable(),
  grantor: z.string(),
  privilege: z.enum(['CREATE', 'CONNECT', 'TEMPORARY']),
  grantable: z.boolean(),
});

/** What the fence changes on the source, as it was. Holds no secret. */
export const Saved = z.strictObject({
  database: z.string(),
  owner: z.string(),
  /** The database's ACL as PostgreSQL prints it, defaults spelled out. */
  acl: z.string(),
  grants: z.array(Grant),
  /** Could log in, and no longer can while the fence stands. */
  logins: z.array(z.string()),
  /** Could undo the fence and cannot be locked by Passage's login: watched for sessions instead. */
  unreachable: z.array(z.string()),
  /** The database's own default_transaction_read_only, `null` when it has none. */
  readOnly: z.string().nullable(),
});
export type Saved = z.infer<typeof Saved>;

const Row = z.object({
  database: z.string(),
  owner: z.string(),
  acl: z.string(),
  grants: z.array(Grant),
  logins: z.array(
    z.object({ login: z.string(), application: z.boolean(), superuser: z.boolean(), mayAlter: z.boolean() }),
  ),
  missing: z.array(z.string()),
  read_only: z.string().nullable(),
  owns: z.boolean(),
  ends_sessions: z.boolean(),
});

/**
 * Reads what the fence would change, and refuses where it could not be put up or not be undone. Changes nothing.
 * @throws FenceFailed when an application login is a superuser or may not be altered, or Passage's login lacks the right.
 */
export async function readSourceRights(client: pg.Client, applicationLogins: readonly string[]): Promise<Saved> {
  const own = client.user ?? '';
  if (applicationLogins.includes(own)) {
    throw failed(`"${own}" is the application's login and Passage's own; Passage needs one of its own`);
  }
  const row = Row.parse((await client.query(statement('read-source-rights'), [applicationLogins])).rows[0]);
  if (!row.owns) throw failed(`"${own}" is no member of "${row.owner}", which owns database "${row.database}"`);
  if (!row.ends_sessions)
    throw failed(`"${own}" lacks pg_signal_backend or pg_monitor, to end sessions and to see them`);
  if (row.missing.length > 0)
    throw failed(`the server has no login "${row.missing.join('", "')}", which the application is said to use`);
  const locked = row.logins.filter(({ application, mayAlter }) => application || mayAlter);
  for (const { login, superuser, mayAlter } of locked) {
    if (superuser) throw failed(`the application's login "${login}" is a superuser, which no fence holds`);
    if (!mayAlter) throw failed(`"${own}" may not lock the application's login "${login}"`);
  }
  const strangers = [...new Set(row.grants.map(({ grantor }) => grantor))].filter((grantor) => grantor !== row.owner);
  for (const grantor of strangers) {
    const member = await client.query<{ member: boolean }>("SELECT pg_has_role($1, 'MEMBER') AS member", [grantor]);
    if (!member.rows[0]?.member) {
      throw failed(
        `rights on database "${row.database}" were granted by "${grantor}", of which "${own}" is no member: they could not be given back`,
      );
    }
  }
  return {
    database: row.database,
    owner: row.owner,
    acl: row.acl,
    grants: row.grants,
    logins: locked.map(({ login }) => login),
    unreachable: row.logins.filter(({ application, mayAlter }) => !application && !mayAlter).map(({ login }) => login),
    readOnly: row.read_only,
  };
}

const failed = (why: string) =>
  new WorkflowError(
    'FenceFailed',
    `The source cannot be fenced: ${why}. Create Passage's login with lib/sql/create-source-login.sql, as its first lines say.`,
  );

/** Takes away what `saved` lists. Call it in the transaction that stores `saved`; again is harmless. */
export async function lockSource(client: pg.Client, saved: Saved): Promise<void> {
  const database = pg.escapeIdentifier(saved.database);
  for (const login of saved.logins) await client.query(`ALTER ROLE ${pg.escapeIdentifier(login)} NOLOGIN`);
  await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${pg.escapeIdentifier(client.user ?? '')}`);
  const grantees = new Set(
    saved.grants
      .filter(({ privilege, grantee }) => privilege === 'CONNECT' && grantee !== client.user)
      .map(({ grantee }) => role(grantee)),
  );
  for (const grantee of grantees) await client.query(`REVOKE CONNECT ON DATABASE ${database} FROM ${grantee} CASCADE`);
  // A belt only: any session may set it off again.
  await client.query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
}

/**
 * Gives back exactly what `saved` lists, in one transaction with whatever else the caller does there.
 * @throws FenceFailed when the ACL did not come out the same, byte for byte; the caller's transaction must roll back.
 */
export async function unlockSource(client: pg.Client, saved: Saved): Promise<void> {
  const database = pg.escapeIdentifier(saved.database);
  await client.query(
    saved.readOnly === null
      ? `ALTER DATABASE ${database} RESET default_transaction_read_only`
      : `ALTER DATABASE ${database} SET default_transaction_read_only = ${pg.escapeLiteral(saved.readOnly)}`,
  );
  const now = Row.parse((await client.query(statement('read-source-rights'), [[]])).rows[0]);
  if (now.acl !== saved.acl) {
    // From nothing and in the old order: an entry that was emptied meanwhile would come back at the end.
    for (const grantee of new Set(now.grants.map((grant) => role(grant.grantee)))) {
      await client.query(`REVOKE ALL ON DATABASE ${database} FROM ${grantee} CASCADE`);
    }
    for (const { grantee, grantor, privilege, grantable } of saved.grants) {
      if (grantor !== saved.owner) await client.query(`SET LOCAL ROLE ${pg.escapeIdentifier(grantor)}`);
      await client.query(
        `GRANT ${privilege} ON DATABASE ${database} TO ${role(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`,
      );
      if (grantor !== saved.owner) await client.query('RESET ROLE');
    }
    const { acl } = Row.parse((await client.query(statement('read-source-rights'), [[]])).rows[0]);
    if (acl !== saved.acl) {
      throw new WorkflowError(
        'FenceFailed',
        `The rights on database "${saved.database}" were ${saved.acl} and would come back as ${acl}. Nothing was undone: put them back by hand, then unwind again.`,
      );
    }
  }
  for (const login of saved.logins) await client.query(`ALTER ROLE ${pg.escapeIdentifier(login)} LOGIN`);
}

const role = (grantee: string | null) => (grantee === null ? 'PUBLIC' : pg.escapeIdentifier(grantee));
