import pg from 'pg';
import { type ErrorName, WorkflowError } from '../../workflow/errors.ts';
import type { Login, Side } from './connect.ts';
import { statement } from './statements.ts';

/**
 * What Passage's login lacks, told before anything is copied: each thing by name, and the SQL that grants it.
 * Rights are those of the login that `client` has; it need not be a superuser to ask.
 */

/** So many things are named; the SQL is for all of them. */
const NAMED = 20;
/** From here on one statement for the whole schema is easier to read than one with all names. */
const LISTED = 20;

interface Unreadable {
  readonly kind: 'schema' | 'table' | 'sequence' | 'rows' | 'large object';
  /** Null for a large object. */
  readonly schema: string | null;
  /** Null for a schema. */
  readonly name: string | null;
  readonly owner: string | null;
  /** Row-level security holds for the owner as well. */
  readonly forced: boolean;
  /** How many of the kind the schema has. */
  readonly total: number;
}

interface Missing {
  /** `table "app"."users"` */
  readonly things: readonly string[];
  readonly sql: readonly string[];
}

/**
 * @param side the target where that is read too, to prove it
 * @throws SourceRightsMissing | TargetRightsMissing when the login may not read something that a copy or a proof reads.
 */
export async function refuseUnreadable(client: pg.Client, login: Login, side: Side = 'source'): Promise<void> {
  const { rows } = await client.query<Unreadable>(statement('list-unreadable'));
  if (rows.length === 0) return;
  throw missing(side === 'source' ? 'SourceRightsMissing' : 'TargetRightsMissing', side, login, 'may not read', {
    things: rows.map(described),
    sql: grants(rows, pg.escapeIdentifier(login.user)),
  });
}

/**
 * Extensions are a matter of preflight's check of that name.
 * @param intoDatabase whether the database of `login` itself will be restored into, or only new ones
 * @throws TargetRightsMissing when the login may not create what a restore creates.
 */
export async function refuseUncreatable(client: pg.Client, login: Login, intoDatabase: boolean): Promise<void> {
  const [row] = (await client.query<TargetRights>(statement('read-target-rights'))).rows;
  if (!row) return;
  const user = pg.escapeIdentifier(login.user);
  const database = pg.escapeIdentifier(login.database);
  const lacks: [thing: string, sql: string][] = [];
  if (!row.creates_databases) lacks.push(['databases', `ALTER ROLE ${user} CREATEDB;`]);
  if (intoDatabase && !row.creates_schemas)
    lacks.push([`schemas in database ${database}`, `GRANT CREATE ON DATABASE ${database} TO ${user};`]);
  if (intoDatabase && !row.creates_in_public)
    lacks.push(['objects in schema "public"', `GRANT CREATE ON SCHEMA public TO ${user};`]);
  if (lacks.length === 0) return;
  throw missing('TargetRightsMissing', 'target', login, 'may not create', {
    things: lacks.map(([thing]) => thing),
    sql: lacks.map(([, sql]) => sql),
  });
}

interface TargetRights {
  readonly creates_databases: boolean;
  readonly creates_schemas: boolean;
  readonly creates_in_public: boolean;
}

function missing(
  name: ErrorName,
  side: string,
  { user, database, host, port }: Login,
  may: string,
  { things, sql }: Missing,
) {
  const more = things.length > NAMED ? ` and ${things.length - NAMED} more` : '';
  return new WorkflowError(
    name,
    `Login "${user}" ${may} in ${side} database "${database}" at ${host}:${port}: ${things.slice(0, NAMED).join(', ')}${more}. Nothing was copied. Run there as the owner or the master, then start again:\n${sql.join('\n')}`,
  );
}

function described({ kind, schema, name, owner }: Unreadable): string {
  const full = [schema, name].flatMap((part) => (part === null ? [] : [pg.escapeIdentifier(part)])).join('.');
  if (kind === 'rows') return `rows of ${full} behind row-level security`;
  return kind === 'large object' ? `large object ${name} of "${owner}"` : `${kind} ${full}`;
}

/** Statements that together grant all of it, schema by schema. */
function grants(unreadable: readonly Unreadable[], user: string): string[] {
  const of = (kind: Unreadable['kind']) => unreadable.filter((each) => each.kind === kind);
  const schemas = [...new Set(unreadable.flatMap(({ schema }) => schema ?? []))];
  const sql = schemas.flatMap((schema) => {
    const name = pg.escapeIdentifier(schema);
    const here = (kind: 'table' | 'sequence') => {
      const lacking = of(kind).filter((each) => each.schema === schema);
      if (lacking.length === 0) return [];
      if (lacking.length === lacking[0]?.total || lacking.length > LISTED)
        return [`GRANT SELECT ON ALL ${kind.toUpperCase()}S IN SCHEMA ${name} TO ${user};`];
      const names = lacking.map((each) => `${name}.${pg.escapeIdentifier(each.name ?? '')}`).join(', ');
      return [`GRANT SELECT ON ${kind.toUpperCase()} ${names} TO ${user};`];
    };
    const enter = of('schema').some((each) => each.schema === schema)
      ? [`GRANT USAGE ON SCHEMA ${name} TO ${user};`]
      : [];
    return [...enter, ...here('table'), ...here('sequence')];
  });
  const hidden = of('rows');
  // An owner's members see all rows, unless row-level security is forced upon the owner too.
  const bypass = hidden.some(({ forced }) => forced) ? [`ALTER ROLE ${user} BYPASSRLS;`] : [];
  const owners = [...of('large object'), ...(bypass.length ? [] : hidden)].flatMap(({ owner }) => owner ?? []);
  const members = [...new Set(owners)].map((owner) => `GRANT ${pg.escapeIdentifier(owner)} TO ${user};`);
  return [...sql, ...bypass, ...members];
}
