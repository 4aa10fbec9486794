import type pg from 'pg';
import { refuseOlder } from '../../adapters/postgres/version.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import { foreignSchemas, serverFacts } from '../postgres/catalog.ts';
import { isLate, possessionMark, Superseded, writeFenced } from '../postgres/fence.ts';
import { unlinkLargeObjects } from '../postgres/large-objects.ts';
import { qualified, quoted } from '../postgres/row-hash.ts';
import type { Holder } from '../postgres/session.ts';
import type { Plan, PlannedTable } from '../staged.ts';

/** One at a time empties and takes: an arbitrary number, the same in every release. */
const ADVISORY_KEY = 7_277_244;
/** Longer than emptying a large database takes. */
const LOCK_TIMEOUT = '60s';

export interface Possession {
  /** What another plan, or a finished state of this one, had left was dropped. */
  readonly emptied: boolean;
  /** Loaded chunks that an earlier attempt had, and this one has not: their tables were emptied. */
  readonly outdated: number;
  /** Chunks that are there already. */
  readonly loaded: number;
}

/**
 * Makes the target the attempt's: what an earlier plan of this run has left is dropped, then the attempt's possession is
 * marked, which every writer checks. Of an earlier attempt of the same plan, all stays but the tables in which chunks
 * were loaded that had to be copied again. Again is harmless.
 * Throws Superseded when a later attempt has taken it, TargetNotEmpty when it holds what is not this run's, Fenced,
 * TargetOlder, RestoreFailed when its encoding differs from the source's.
 */
export async function takePossession(client: pg.Client, holder: Holder, plan: Plan): Promise<Possession> {
  const { encoding, version } = await serverFacts(client);
  refuseOlder(plan.serverVersion, version, `at ${client.host}:${client.port}`);
  if (encoding !== plan.encoding) {
    throw new WorkflowError(
      'RestoreFailed',
      `The target database is encoded in ${encoding}, the source in ${plan.encoding}. Create it with the source's encoding.`,
    );
  }
  await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
  await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_KEY]);
  await client.query('SET lock_timeout = 0');
  const possession = await take(client, holder, plan);
  // A session that fails in between is closed, which releases it too.
  await client.query('SELECT pg_advisory_unlock($1)', [ADVISORY_KEY]);
  return possession;
}

async function take(client: pg.Client, holder: Holder, plan: Plan): Promise<Possession> {
  const { rows: marks } = await writeFenced(client, holder, () =>
    client.query<{ plan: string; epoch: number; attempt: string; possession: boolean }>(
      `SELECT split_part(chunk, '/', 1) AS plan, epoch, max(rows) AS attempt, split_part(chunk, '/', 2) = 'possession' AS possession
       FROM passage.chunks GROUP BY 1, 2, 4`,
    ),
  );
  const possessions = marks.filter(({ possession }) => possession);
  // Attempts are counted within an epoch; one of an earlier epoch is always older.
  if (possessions.some(({ epoch, attempt }) => epoch === holder.epoch && Number(attempt) > plan.attempt)) {
    throw new Superseded(`attempt ${plan.attempt} of the dump has a successor`);
  }
  const foreign = marks.some((mark) => mark.plan !== plan.id);
  if (foreign) await wipe(client, holder);
  const stranger = !foreign && !possessions.length && (await findRelation(client));
  if (stranger) {
    throw new WorkflowError(
      'TargetNotEmpty',
      `The target database already holds ${stranger}. Name an empty database, or drop it.`,
    );
  }
  await markPossession(client, holder, plan);
  const { outdated, finishing } = await readLoaded(client, plan);
  if (outdated.length && finishing) {
    // What fires, refers and refreshes is there already: nothing can be taken out from under it.
    await wipe(client, holder);
    await markPossession(client, holder, plan);
  } else {
    for (const mark of outdated) await unload(client, holder, plan, mark);
  }
  const { loaded } = await readLoaded(client, plan);
  return { emptied: foreign || (outdated.length > 0 && finishing), outdated: outdated.length, loaded };
}

/** Waits for the writers of an earlier attempt that are under way; none can begin after it. */
async function markPossession(client: pg.Client, holder: Holder, plan: Plan): Promise<void> {
  await writeFenced(client, holder, () =>
    client.query(
      `INSERT INTO passage.chunks (chunk, rows, bytes, epoch, loaded_at) VALUES ($1, $2, 0, $3, now())
       ON CONFLICT (chunk) DO UPDATE SET rows = excluded.rows`,
      [possessionMark(plan.id), plan.attempt, holder.epoch],
    ),
  );
}

async function readLoaded(client: pg.Client, plan: Plan) {
  const { rows } = await client.query<{ mark: string }>(
    `SELECT substr(chunk, length($1) + 2) AS mark FROM passage.chunks WHERE split_part(chunk, '/', 1) = $1`,
    [plan.id],
  );
  const current = new Set(plan.chunks.map(({ id }) => id));
  const chunks = rows.map(({ mark }) => mark).filter((mark) => /^\d+(-\d+)?$/.test(mark));
  return {
    loaded: chunks.filter((id) => current.has(id)).length,
    outdated: chunks.filter((id) => !current.has(id)),
    /** Whether something is there that comes after all data. */
    finishing: rows.some(({ mark }) => isLate(mark)),
  };
}

const number = (id: string) => id.split('-')[0] ?? '';

/** Empties the tables of a chunk, and forgets all chunks of these tables, in one transaction. */
async function unload(client: pg.Client, holder: Holder, plan: Plan, mark: string): Promise<void> {
  const chunk = plan.chunks.find(({ id }) => number(id) === number(mark));
  const tables = new Set(chunk?.pieces.map(({ table }) => table));
  const together = plan.chunks.filter(
    ({ id, pieces }) => id === chunk?.id || pieces.some((each) => tables.has(each.table)),
  );
  await writeFenced(client, holder, async () => {
    if (tables.size) {
      const names = [...tables].map((at) => `ONLY ${qualified(plan.tables[at] as PlannedTable)}`);
      await client.query(`TRUNCATE ${names.join(', ')}`);
    }
    if (chunk?.largeObjects) await client.query(unlinkLargeObjects(chunk.largeObjects));
    await client.query(
      `DELETE FROM passage.chunks
       WHERE split_part(chunk, '/', 1) = $1 AND split_part(split_part(chunk, '/', 2), '-', 1) = ANY($2)`,
      [plan.id, together.map(({ id }) => number(id))],
    );
  });
}

/** As many objects dropped in one transaction; each takes a lock slot. */
const DROP_AT_ONCE = 200;

/** Relations outside Passage's schema that no extension brought, foreign tables included. */
const relations = `
  SELECT c.relkind, n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT ${foreignSchemas}
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i', 'a') AND (d.deptype = 'e' OR c.relkind = 'S'))`;

/** Any relation that is not Passage's, as an example for a message. */
async function findRelation(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ schema: string; name: string }>(`${relations} LIMIT 1`);
  return rows[0] && qualified(rows[0]);
}

const dropWords: Record<string, string> = {
  v: 'VIEW',
  m: 'MATERIALIZED VIEW',
  f: 'FOREIGN TABLE',
  S: 'SEQUENCE',
};

/**
 * Functions and types of schema public that no extension brought, as the words that follow DROP. The schema itself
 * stays: before PostgreSQL 15 the database's owner does not own it, and the provider's extensions may be in it.
 */
const inPublic = `
  SELECT format('%s IF EXISTS public.%s', kind, name) AS object
  FROM (SELECT p.oid, 'pg_proc'::regclass AS catalog,
               quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name,
               CASE p.prokind WHEN 'a' THEN 'AGGREGATE' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END AS kind
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT t.oid, 'pg_type'::regclass, quote_ident(t.typname), 'TYPE'
        FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd', 'r', 'c') AND coalesce(c.relkind, 'c') = 'c') AS o
  WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = o.catalog AND objid = o.oid AND deptype = 'e')`;

/** Empties the database of everything that a restore brings, and forgets the chunks. Fenced, in several transactions. */
async function wipe(client: pg.Client, holder: Holder): Promise<void> {
  // From here on nobody who had taken possession writes any more.
  await writeFenced(client, holder, () =>
    client.query(`UPDATE passage.chunks SET rows = -1 WHERE split_part(chunk, '/', 2) = 'possession'`),
  );
  for (let left = true; left; ) {
    await writeFenced(client, holder, async () => {
      const { rows } = await client.query<{ relkind: string; schema: string; name: string }>(
        `${relations} LIMIT ${DROP_AT_ONCE}`,
      );
      left = rows.length > 0;
      for (const row of rows) {
        await client.query(`DROP ${dropWords[row.relkind] ?? 'TABLE'} IF EXISTS ${qualified(row)} CASCADE`);
      }
    });
  }
  for (let left = true; left; ) {
    await writeFenced(client, holder, async () => {
      const { rowCount } = await client.query(
        `SELECT lo_unlink(oid) FROM (SELECT oid FROM pg_largeobject_metadata LIMIT ${DROP_AT_ONCE}) AS batch`,
      );
      left = Boolean(rowCount);
    });
  }
  await writeFenced(client, holder, async () => {
    const { rows: publications } = await client.query<{ name: string }>('SELECT pubname AS name FROM pg_publication');
    for (const { name } of publications) await client.query(`DROP PUBLICATION ${quoted(name)}`);
    const { rows: schemas } = await client.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace n WHERE NOT ${foreignSchemas} AND nspname <> 'public'`,
    );
    for (const { name } of schemas) await client.query(`DROP SCHEMA ${quoted(name)} CASCADE`);
    const { rows: objects } = await client.query<{ object: string }>(inPublic);
    for (const { object } of objects) await client.query(`DROP ${object} CASCADE`);
    await client.query('DELETE FROM passage.chunks');
  });
}
