import type pg from 'pg';
import { type Collation, collationOf } from '../../adapters/postgres/collation.ts';
import { foreignSchemas } from '../postgres/catalog.ts';

/** How an object stands, where pg_dump does not tell or tells it by leaving the object out. */
interface ObjectState {
  /** As pg_dump names types. */
  readonly type: string;
  readonly schema: string;
  /** As pg_dump names entries: a trigger and a constraint with their table before them. */
  readonly name: string;
  readonly state: string;
}

/** A version that sorting depends on, as it was recorded when indexes were built, and as the server has it now. */
export interface CollationVersion {
  readonly name: string;
  readonly recorded: string | null;
  readonly actual: string | null;
}

/** What the catalog tells besides the definitions. */
export interface CatalogFacts {
  readonly version: number;
  readonly encoding: string;
  /** The database's own. */
  readonly collation: Collation;
  readonly collations: readonly CollationVersion[];
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
  readonly states: readonly ObjectState[];
}

const notOfExtension = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

const firing = (column: string) =>
  `CASE ${column} WHEN 'O' THEN 'enabled' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'enabled for replicas' ELSE 'always enabled' END`;

const states = `
  SELECT 'INDEX' AS type, n.nspname AS schema, c.relname AS name,
         CASE WHEN i.indisvalid AND i.indisready AND i.indislive THEN 'valid'
              -- An index of a partitioned table that lacks some partition's: nothing of it was ever left unfinished.
              WHEN c.relkind = 'I' THEN 'not on every partition' ELSE 'invalid' END AS state
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT ${foreignSchemas} AND ${notOfExtension('pg_class', 'i.indrelid')}
  UNION ALL
  SELECT CASE k.contype WHEN 'f' THEN 'FK CONSTRAINT' WHEN 'c' THEN 'CHECK CONSTRAINT' ELSE 'CONSTRAINT' END,
         n.nspname, c.relname || ' ' || k.conname, CASE WHEN k.convalidated THEN 'validated' ELSE 'not validated' END
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE k.contype IN ('f', 'c') AND NOT ${foreignSchemas} AND ${notOfExtension('pg_class', 'c.oid')}
  UNION ALL
  SELECT 'TRIGGER', n.nspname, c.relname || ' ' || t.tgname, ${firing('t.tgenabled')}
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND NOT ${foreignSchemas} AND ${notOfExtension('pg_class', 'c.oid')}
  UNION ALL
  SELECT 'RULE', n.nspname, c.relname || ' ' || r.rulename, ${firing('r.ev_enabled')}
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE r.rulename <> '_RETURN' AND NOT ${foreignSchemas} AND ${notOfExtension('pg_class', 'c.oid')}
  UNION ALL
  SELECT 'EVENT TRIGGER', '-', e.evtname, ${firing('e.evtenabled')}
  FROM pg_event_trigger e WHERE ${notOfExtension('pg_event_trigger', 'e.oid')}
  UNION ALL
  SELECT 'MATERIALIZED VIEW', n.nspname, c.relname, CASE WHEN c.relispopulated THEN 'filled' ELSE 'not filled' END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'm' AND NOT ${foreignSchemas} AND ${notOfExtension('pg_class', 'c.oid')}`;

/** Of the collations that columns use or that somebody made, and of the database (PostgreSQL 15 and newer). */
const collations = (version: number) => `
  SELECT n.nspname || '.' || c.collname AS name, c.collversion AS recorded, pg_collation_actual_version(c.oid) AS actual
  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
  WHERE c.collversion IS NOT NULL AND ${notOfExtension('pg_collation', 'c.oid')}
    AND (NOT ${foreignSchemas}
         OR EXISTS (SELECT FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid JOIN pg_namespace n ON n.oid = r.relnamespace
                    WHERE a.attcollation = c.oid AND NOT ${foreignSchemas}))
  ${
    version >= 150_000
      ? `UNION ALL
  SELECT 'the database''s own', datcollversion, pg_database_collation_actual_version(oid)
  FROM pg_database WHERE datname = current_database() AND datcollversion IS NOT NULL`
      : ''
  }
  ORDER BY 1`;

/** Reads them in the session's snapshot, with no right beyond connecting. */
export async function readCatalogFacts(client: pg.Client): Promise<CatalogFacts> {
  const { rows } = await client.query<{ version: number; encoding: string; database: unknown }>(
    `SELECT current_setting('server_version_num')::int AS version, pg_encoding_to_char(d.encoding) AS encoding,
            to_jsonb(d) AS database
     FROM pg_database d WHERE d.datname = current_database()`,
  );
  const [row] = rows;
  if (!row) throw new Error('pg_database does not list the current database');
  const { version, encoding } = row;
  return {
    version,
    encoding,
    collation: collationOf(row.database),
    collations: (await client.query<CollationVersion>(collations(version))).rows,
    extensions: (
      await client.query<{ name: string; version: string }>(
        'SELECT extname AS name, extversion AS version FROM pg_extension ORDER BY 1',
      )
    ).rows,
    states: (await client.query<ObjectState>(states)).rows,
  };
}
