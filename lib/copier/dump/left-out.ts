import pg from 'pg';
import type { Grants } from '../contract.ts';
import { foreignSchemas } from '../postgres/catalog.ts';
import { sqlState } from '../postgres/session.ts';
import type { SteadySession } from '../postgres/steady-session.ts';
import type { LeftOut } from '../staged.ts';

/** One kind of thing that a copy leaves out: a query whose `name`s are those that the source has. */
interface Question {
  /** In the plural; the count stands before it. */
  readonly what: string;
  readonly because: string;
  readonly names: string;
}

const thisDatabase = '(SELECT oid FROM pg_database WHERE datname = current_database())';
const ofExtension = (catalog: string, oid: string) =>
  `EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;
const role = (oid: string) => `CASE ${oid} WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(${oid}) END`;

/** Where rights stand, and what acldefault calls it. Needs alias n for the schema and o for the object. */
interface Grantable {
  readonly kind: string;
  readonly letter: string;
  readonly catalog: string;
  readonly from: string;
  readonly name: string;
  readonly acl: string;
  readonly owner: string;
}

const inSchema = (catalog: string, schema: string) => `${catalog} o JOIN pg_namespace n ON n.oid = o.${schema}`;
const grantables: readonly Grantable[] = [
  {
    ...{
      kind: 'table',
      letter: 'r',
      catalog: 'pg_class',
      name: 'o.oid::regclass',
      acl: 'o.relacl',
      owner: 'o.relowner',
    },
    from: `${inSchema('pg_class', 'relnamespace')} AND o.relkind <> 'S'`,
  },
  {
    ...{
      kind: 'sequence',
      letter: 's',
      catalog: 'pg_class',
      name: 'o.oid::regclass',
      acl: 'o.relacl',
      owner: 'o.relowner',
    },
    from: `${inSchema('pg_class', 'relnamespace')} AND o.relkind = 'S'`,
  },
  {
    ...{ kind: 'column', letter: 'c', catalog: 'pg_class', acl: 'a.attacl', owner: 'o.relowner' },
    name: "format('%s.%I', o.oid::regclass, a.attname)",
    from: `${inSchema('pg_class', 'relnamespace')} JOIN pg_attribute a ON a.attrelid = o.oid`,
  },
  {
    ...{ kind: 'function', letter: 'f', catalog: 'pg_proc', name: 'o.oid::regprocedure', acl: 'o.proacl' },
    ...{ owner: 'o.proowner', from: inSchema('pg_proc', 'pronamespace') },
  },
  {
    ...{ kind: 'type', letter: 'T', catalog: 'pg_type', name: 'o.oid::regtype', acl: 'o.typacl', owner: 'o.typowner' },
    from: inSchema('pg_type', 'typnamespace'),
  },
  {
    ...{
      kind: 'schema',
      letter: 'n',
      catalog: 'pg_namespace',
      name: 'o.nspname',
      acl: 'o.nspacl',
      owner: 'o.nspowner',
    },
    from: 'pg_namespace o JOIN pg_namespace n USING (oid)',
  },
];

/** What was granted to others than the owner, or taken from everybody, beyond what a new object has anyway. */
const changedRights = ({ kind, letter, catalog, from, name, acl, owner }: Grantable) => {
  const beyond = (these: string, those: string, verb: string) => `
    SELECT format('%s on ${kind} %s ${verb} %s', string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type), ${name}, ${role('g.grantee')}) AS name
    FROM ${from} CROSS JOIN LATERAL aclexplode(${these}) AS g
    WHERE ${acl} IS NOT NULL AND g.grantee <> ${owner} AND NOT ${foreignSchemas} AND NOT ${ofExtension(catalog, 'o.oid')}
      AND NOT EXISTS (SELECT FROM aclexplode(${those}) AS d WHERE (d.grantee, d.privilege_type) = (g.grantee, g.privilege_type))
      AND NOT EXISTS (SELECT FROM pg_init_privs i CROSS JOIN LATERAL aclexplode(i.initprivs) AS d
                      WHERE i.objoid = o.oid AND i.classoid = '${catalog}'::regclass AND i.objsubid = 0
                        AND (d.grantee, d.privilege_type) = (g.grantee, g.privilege_type))
    GROUP BY ${name}, g.grantee`;
  const usual = `acldefault('${letter}', ${owner})`;
  return `${beyond(acl, usual, 'to')} UNION ALL ${beyond(usual, acl, 'no longer to')}`;
};

const grantQuestion: Question = {
  what: 'grants',
  because: 'the configuration leaves them; set copy.grants to "carry" to have them on the target',
  names: [
    ...grantables.map(changedRights),
    `SELECT format('%s on large object %s to %s', g.privilege_type, o.oid, ${role('g.grantee')})
     FROM pg_largeobject_metadata o CROSS JOIN LATERAL aclexplode(o.lomacl) AS g WHERE g.grantee <> o.lomowner`,
    `SELECT format('%s on what %s creates%s to %s', g.privilege_type, pg_get_userbyid(o.defaclrole), ' in schema ' || n.nspname, ${role('g.grantee')})
     FROM pg_default_acl o LEFT JOIN pg_namespace n ON n.oid = o.defaclnamespace CROSS JOIN LATERAL aclexplode(o.defaclacl) AS g
     WHERE g.grantee <> o.defaclrole`,
  ].join(' UNION ALL '),
};

const questions: readonly Question[] = [
  {
    what: 'roles',
    because:
      'roles and their passwords belong to a server, not to a database; create those that are needed on the target',
    names: `SELECT rolname AS name FROM pg_roles WHERE oid >= 16384 AND rolname !~ '^(pg_|rds|aws)' AND rolname <> current_user`,
  },
  {
    what: 'memberships of roles',
    because: 'roles belong to a server; grant them anew on the target',
    names: `SELECT format('%s in %s', pg_get_userbyid(member), pg_get_userbyid(roleid)) AS name FROM pg_auth_members
            WHERE member >= 16384 AND pg_get_userbyid(member) !~ '^(rds|aws)' AND member <> current_user::regrole`,
  },
  {
    what: 'owners',
    because: "everything belongs to the target's login, which restores it",
    names: `SELECT format('%s (%s objects)', pg_get_userbyid(refobjid), count(*)) AS name FROM pg_shdepend
            WHERE dbid = ${thisDatabase} AND deptype = 'o' AND classid <> 0
            GROUP BY refobjid HAVING (SELECT count(DISTINCT refobjid) FROM pg_shdepend WHERE dbid = ${thisDatabase} AND deptype = 'o') > 1`,
  },
  {
    what: 'grants on the database itself',
    because:
      'the target database has its own; grant CONNECT, CREATE and TEMPORARY anew where roles need them, and revoke what PUBLIC must not have',
    names: `SELECT format('%s to %s', g.privilege_type, ${role('g.grantee')}) AS name
            FROM pg_database o CROSS JOIN LATERAL aclexplode(o.datacl) AS g
            WHERE o.datname = current_database() AND g.grantee NOT IN (0, o.datdba)
            UNION ALL
            SELECT format('%s no longer to PUBLIC', privilege)
            FROM pg_database o CROSS JOIN (VALUES ('CONNECT'), ('TEMPORARY')) AS given (privilege)
            WHERE o.datname = current_database() AND o.datacl IS NOT NULL AND NOT EXISTS
              (SELECT FROM aclexplode(o.datacl) AS g WHERE g.grantee = 0 AND g.privilege_type = privilege)`,
  },
  {
    what: 'settings of the database',
    because: 'ALTER DATABASE … SET stands beside the database, not in it; values are not shown, they may be secrets',
    names: `SELECT split_part(unnest(setconfig), '=', 1) AS name FROM pg_db_role_setting
            WHERE setdatabase = ${thisDatabase} AND setrole = 0`,
  },
  {
    what: 'settings of roles',
    because: 'ALTER ROLE … SET stands beside the role, which belongs to the server; values are not shown',
    names: `SELECT format('%s of %s', split_part(unnest(setconfig), '=', 1), pg_get_userbyid(setrole)) AS name
            FROM pg_db_role_setting WHERE setdatabase = 0 AND setrole >= 16384 AND pg_get_userbyid(setrole) !~ '^(rds|aws)'`,
  },
  {
    what: 'settings of roles in this database',
    because: 'ALTER ROLE … IN DATABASE … SET stands beside the database, not in it; values are not shown',
    names: `SELECT format('%s of %s', split_part(unnest(setconfig), '=', 1), pg_get_userbyid(setrole)) AS name
            FROM pg_db_role_setting WHERE setdatabase = ${thisDatabase} AND setrole <> 0`,
  },
  {
    what: 'properties of the database',
    because: 'they stand beside the database, not in it',
    names: `SELECT 'comment' AS name FROM pg_shdescription WHERE classoid = 'pg_database'::regclass AND objoid = ${thisDatabase}
            UNION ALL SELECT 'connection limit' FROM pg_database WHERE oid = ${thisDatabase} AND datconnlimit >= 0`,
  },
  {
    what: 'tablespaces',
    because: "everything lies in the target's default tablespace",
    names: `SELECT DISTINCT spcname AS name FROM pg_tablespace t
            WHERE oid NOT IN (SELECT oid FROM pg_tablespace WHERE spcname IN ('pg_default', 'pg_global'))
              AND (EXISTS (SELECT FROM pg_class WHERE reltablespace = t.oid)
                   OR EXISTS (SELECT FROM pg_database WHERE dattablespace = t.oid AND datname = current_database()))`,
  },
  {
    what: 'table access methods',
    because: "tables are stored by the target's default access method",
    names: `SELECT format('%s of %s', am.amname, c.oid::regclass) AS name FROM pg_class c JOIN pg_am am ON am.oid = c.relam
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'm') AND am.amname <> 'heap' AND NOT ${foreignSchemas}`,
  },
  {
    what: 'security labels',
    because: 'they mean something to the provider that wrote them only',
    names: `SELECT format('%s of %s %s', provider, objtype, objname) AS name FROM pg_seclabels`,
  },
  {
    what: 'subscriptions',
    because: 'two subscribers of one publication would share its changes; create them when the target is open',
    names: `SELECT subname AS name FROM pg_subscription WHERE subdbid = ${thisDatabase}`,
  },
  {
    what: 'replication slots',
    because: 'they are places in the write-ahead log of the source; consumers must begin anew on the target',
    names: `SELECT slot_name AS name FROM pg_replication_slots WHERE database = current_database() AND NOT temporary`,
  },
  {
    what: 'user mappings of foreign servers',
    because: 'they hold passwords; create them on the target',
    names: `SELECT format('%s on %s', coalesce(usename, 'PUBLIC'), srvname) AS name FROM pg_user_mappings`,
  },
  {
    what: 'foreign tables’ rows',
    because: 'they lie on another server; see that the target reaches it',
    names: `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'f'`,
  },
  {
    what: 'comments on extensions',
    because: 'only the owner of an extension may write its comment',
    names: `SELECT extname AS name FROM pg_extension e JOIN pg_available_extensions a ON a.name = e.extname
            WHERE obj_description(e.oid, 'pg_extension') IS DISTINCT FROM a.comment`,
  },
  {
    what: 'tables that belong to extensions',
    because:
      'an extension declares which of its tables hold data of the user, and these are not; fill them on the target',
    names: `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT n.nspname = 'pg_catalog' AND ${ofExtension('pg_class', 'c.oid')}
              AND c.oid NOT IN (SELECT unnest(extconfig) FROM pg_extension WHERE extconfig IS NOT NULL) AND pg_relation_size(c.oid) > 0`,
  },
  {
    what: 'jobs of pg_cron',
    because: 'they would run on both sides; schedule them when the target is open',
    names: `SELECT 'all' AS name FROM pg_extension WHERE extname = 'pg_cron'`,
  },
  {
    what: 'invalid indexes',
    because: 'they were never finished and no query uses them; build them anew or drop them',
    names: `SELECT indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'i' AND NOT (indisvalid AND indisready) AND NOT ${foreignSchemas}`,
  },
  {
    what: 'temporary tables of open sessions',
    because: 'they end with their session',
    names: `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relpersistence = 't'`,
  },
  {
    what: 'prepared transactions',
    because: 'what they wrote is not committed; commit or roll them back',
    names: `SELECT gid AS name FROM pg_prepared_xacts WHERE database = current_database()`,
  },
];

/** Those that the configuration names, and the source has. */
const extensionQuestion = (extensions: readonly string[]): Question => ({
  what: 'extensions',
  because: 'the configuration leaves them out (copy.leaveOut.extensions)',
  names: `SELECT extname::text AS name FROM pg_extension WHERE extname IN (${['NULL', ...extensions.map((name) => pg.escapeLiteral(name))].join(', ')})`,
});

/** A report names so many of a kind. */
const NAMED = 20;

/** What of the source no copy holds, by name. What the login may not look at is named too, with PostgreSQL's words. */
export async function readLeftOut(
  session: SteadySession,
  grants: Grants | undefined,
  extensions: readonly string[],
): Promise<LeftOut[]> {
  const found: LeftOut[] = [];
  const asked = [...questions, extensionQuestion(extensions), ...(grants === 'carry' ? [] : [grantQuestion])];
  for (const question of asked) {
    const { what, because, names } = question;
    const answer = await session.try(`look for ${what}`, (client) =>
      client
        .query<{ name: string }>(`SELECT name FROM (${names}) AS found ORDER BY 1`)
        .then(({ rows }) => rows.map(({ name }) => name))
        .catch((error: unknown) => {
          if (sqlState(error) === undefined) throw error;
          return error as Error;
        }),
    );
    if (answer instanceof Error) found.push({ what, because: `could not be looked for: ${answer.message}` });
    else if (answer.length) found.push({ what: `${answer.length} ${what}: ${listed(answer)}`, because });
  }
  return found;
}

/** The first names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
