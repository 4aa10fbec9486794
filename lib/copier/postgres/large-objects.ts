import type pg from 'pg';
import { type Measure, measureRows } from './row-hash.ts';
import type { SteadySession } from './steady-session.ts';

/** As many in one chunk; each holds a descriptor until its transaction ends. */
const LARGE_OBJECTS_PER_CHUNK = 500;
const PAGE = 1 << 20;
const INV_READ = 0x40000;

interface OidRange {
  /** Both included. */
  readonly from: number;
  readonly to: number;
}
const LAST_OID = 2 ** 32 - 1;
const within = (range: OidRange | undefined) =>
  range ? `WHERE m.oid BETWEEN '${range.from}'::oid AND '${range.to}'::oid` : '';

/**
 * All large objects of an oid range as rows (loid, pos, data) of at most 1 MiB; an empty one is one empty row. A
 * comment is a row at position -1: pg_dump leaves it out together with the object.
 */
const pages = (range: OidRange | undefined) => `
  SELECT m.oid AS loid, pos, lo_get(m.oid, pos, ${PAGE}) AS data
  FROM pg_largeobject_metadata m
  CROSS JOIN LATERAL (SELECT lo_lseek64(lo_open(m.oid, ${INV_READ}), 0, 2) AS size) AS end_of
  CROSS JOIN LATERAL generate_series(0, greatest(size - 1, 0), ${PAGE}) AS pos
  ${within(range)}
  UNION ALL
  SELECT m.oid, -1, convert_to(d.description, getdatabaseencoding())
  FROM pg_largeobject_metadata m
  JOIN pg_description d ON d.classoid = 'pg_largeobject'::regclass AND d.objoid = m.oid
  ${within(range)}`;

/** Ranges of about equally many large objects. Together they hold every oid, for those created later; none, where none is. */
export async function readLargeObjectRanges(client: pg.Client): Promise<OidRange[]> {
  const { rows } = await client.query<{ from: number }>(
    `SELECT min(oid::bigint)::oid AS from
     FROM (SELECT oid, (row_number() OVER (ORDER BY oid) - 1) / ${LARGE_OBJECTS_PER_CHUNK} AS chunk
           FROM pg_largeobject_metadata) AS numbered
     GROUP BY chunk ORDER BY 1`,
  );
  return rows.map(({ from }, at) => ({ from: at ? from : 0, to: (rows[at + 1]?.from ?? LAST_OID + 1) - 1 }));
}

/** Rights that others than the owner have on large objects, as statements. */
export async function readLargeObjectGrants(session: SteadySession): Promise<string[]> {
  const { rows } = await session.try('read grants on large objects', (client) =>
    client.query<{ statement: string }>(
      `SELECT format('GRANT %s ON LARGE OBJECT %s TO %s%s', g.privilege_type, m.oid,
                     CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                     CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END) AS statement
       FROM pg_largeobject_metadata m CROSS JOIN LATERAL aclexplode(m.lomacl) AS g
       WHERE g.grantee <> m.lomowner ORDER BY m.oid`,
    ),
  );
  return rows.map(({ statement }) => statement);
}

export const copyOutLargeObjects = (range: OidRange) => `COPY (${pages(range)}) TO STDOUT WITH (FORMAT binary)`;

/** The copy's landing place, inside the chunk's transaction. */
export const createLanding =
  'CREATE TEMPORARY TABLE landed_large_objects (loid oid, pos bigint, data bytea) ON COMMIT DROP';
export const copyInLargeObjects = 'COPY pg_temp.landed_large_objects FROM STDIN WITH (FORMAT binary)';
export const writeLanded = `
  SELECT count(lo_create(loid)) FROM pg_temp.landed_large_objects WHERE pos = 0;
  SELECT count(length(lo_put(loid, pos, data)::text)) FROM pg_temp.landed_large_objects WHERE pos >= 0 AND data <> '';
  DO $$
  DECLARE comment record;
  BEGIN
    FOR comment IN SELECT loid, data FROM pg_temp.landed_large_objects WHERE pos = -1 LOOP
      EXECUTE format('COMMENT ON LARGE OBJECT %s IS %L', comment.loid, convert_from(comment.data, getdatabaseencoding()));
    END LOOP;
  END $$`;

export interface LargeObjectMeasure extends Measure {
  readonly count: number;
}

/** Contents in the session's snapshot; of an oid range, or of all. */
export async function measureLargeObjects(client: pg.Client, range?: OidRange): Promise<LargeObjectMeasure> {
  const measured = await measureRows(
    client,
    `SELECT record_send(ROW(loid, pos, data)) AS bytes FROM (${pages(range)}) AS pages`,
  );
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(*) FROM pg_largeobject_metadata m ${within(range)}`,
  );
  return { ...measured, count: Number(rows[0]?.count) };
}

/** What was loaded of a range, out of the target again. */
export const unlinkLargeObjects = (range: OidRange) =>
  `SELECT count(lo_unlink(m.oid)) FROM pg_largeobject_metadata m ${within(range)}`;
