import type pg from 'pg';
import { readSequenceValues } from '../postgres/catalog.ts';
import { literal } from '../postgres/fence.ts';
import { qualified, quoted } from '../postgres/row-hash.ts';
import type { ManifestSequence, SequenceName } from '../staged.ts';
import type { CatalogDifference } from './findings.ts';

/** Where a sequence stands, and how far the columns are that it fills. */
export interface SequencePosition extends SequenceName {
  /** What nextval would give. Decimal. */
  readonly next: string;
  readonly increment: string;
  /** `schema.table.column` whose values are at or past `next`. */
  readonly behind?: string;
}

interface Filled {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
}

/** Columns that own the sequence (serial, identity), or whose default asks it. */
const filledColumns = (sequence: string) => `
  SELECT n.nspname AS schema, c.relname AS name, a.attname AS column
  FROM (SELECT d.refobjid AS relation, d.refobjsubid AS number
        FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = ${sequence} AND d.refclassid = 'pg_class'::regclass
          AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
        UNION
        SELECT f.adrelid, f.adnum
        FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
        WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = ${sequence}) AS filled
  JOIN pg_class c ON c.oid = filled.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = filled.number
  WHERE c.relkind IN ('r', 'p') AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
  ORDER BY 1, 2, 3`;

/**
 * Sequences are not transactional: their values are those of now. `values` are those that were read already.
 * A sequence that cycles is never behind.
 */
export async function readPositions(
  client: pg.Client,
  sequences: readonly SequenceName[],
  values?: readonly ManifestSequence[],
): Promise<SequencePosition[]> {
  const positions: SequencePosition[] = [];
  for (const { schema, name, lastValue, isCalled } of values ?? (await readSequenceValues(client, sequences))) {
    const regclass = `${literal(qualified({ schema, name }))}::regclass`;
    const { rows } = await client.query<{ increment: string; cycles: boolean }>(
      `SELECT seqincrement AS increment, seqcycle AS cycles FROM pg_sequence WHERE seqrelid = ${regclass}`,
    );
    const increment = BigInt(rows[0]?.increment ?? 1);
    const next = BigInt(lastValue) + (isCalled ? increment : 0n);
    const filled = rows[0]?.cycles ? [] : (await client.query<Filled>(filledColumns(regclass))).rows;
    let behind: string | undefined;
    for (const column of filled) behind ??= await pastBy(client, column, next, increment);
    positions.push({ schema, name, next: String(next), increment: String(increment), ...(behind && { behind }) });
  }
  return positions;
}

async function pastBy(client: pg.Client, of: Filled, next: bigint, increment: bigint): Promise<string | undefined> {
  const column = quoted(of.column);
  const { rows } = await client.query<{ past: boolean | null }>(
    increment > 0n
      ? `SELECT max(${column}) >= ${next} AS past FROM ${qualified(of)}`
      : `SELECT min(${column}) <= ${next} AS past FROM ${qualified(of)}`,
  );
  return rows[0]?.past ? `${of.schema}.${of.name}.${of.column}` : undefined;
}

/**
 * A sequence of the target may be further than the source's, and never less far, nor behind its column unless the
 * source's is just so.
 */
export function compareSequences(
  source: readonly SequencePosition[],
  target: readonly SequencePosition[],
): { differences: CatalogDifference[]; remarks: string[] } {
  const differences: CatalogDifference[] = [];
  const remarks: string[] = [];
  for (const there of target) {
    const here = source.find(({ schema, name }) => schema === there.schema && name === there.name);
    // What only one side has, its definition tells.
    if (!here) continue;
    const object = `SEQUENCE ${there.schema}.${there.name}`;
    const step = (BigInt(there.next) - BigInt(here.next)) * (BigInt(there.increment) < 0n ? -1n : 1n);
    if (step < 0n) {
      const message = `${object} would give ${there.next} next at the target, ${here.next} at the source${there.behind ? `: it is behind ${there.behind}` : ''}.`;
      differences.push({ kind: 'different', object, message });
    } else if (there.behind && !here.behind) {
      const message = `${object} would give ${there.next} next at the target, which is behind ${there.behind}.`;
      differences.push({ kind: 'different', object, message });
    } else if (there.behind) {
      remarks.push(`${object} is behind ${there.behind} at the target, as it is at the source.`);
    } else if (step > 0n) {
      remarks.push(`${object} would give ${there.next} next at the target, ${here.next} at the source.`);
    }
  }
  return { differences, remarks };
}
