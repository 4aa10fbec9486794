import type pg from 'pg';
import type { WriteRight } from '../../workflow/documents/proofs.ts';
import { statement } from './statements.ts';

/** A table or sequence as a role meets it that would write it. */
interface Writing extends WriteRight {
  /** Quoted. */
  readonly schema: string;
  readonly sequence: boolean;
  /** Whether the role may use the schema; without, it has no right at all. */
  readonly enters: boolean;
}

/** Every table and sequence, with what the role may do. @param role null for the session's own */
export const readWriting = async (client: pg.Client, role: string | null): Promise<Writing[]> =>
  (await client.query<Writing>(statement('list-write-rights'), [role])).rows;

/** What is missing of an object, and the statement's part that grants it. */
export interface Lacking {
  readonly object: string;
  readonly grant: string;
}

/**
 * What the application surely misses on the target.
 * @param before its rights on the source; what it could not do there is not asked for. Null where they are not known:
 * then all of it is told, and nothing is sure.
 */
export function lackingOf(now: readonly Writing[], before: readonly WriteRight[] | null): Lacking[] {
  const had = before && new Map(before.map(({ object, rights }) => [object, rights]));
  return now.flatMap((each) => {
    const wanted = had ? (had.get(each.object) ?? []) : each.sequence ? SEQUENCE : TABLE;
    const lacks = wanted.filter((right) => !each.rights.includes(right));
    if (lacks.length === 0) return [];
    const on = `${each.sequence ? 'SEQUENCE' : 'TABLE'} ${each.object}`;
    return [
      { object: each.object, grant: each.enters ? `${lacks.join(', ')} ON ${on}` : `USAGE ON SCHEMA ${each.schema}` },
    ];
  });
}

const TABLE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const SEQUENCE = ['USAGE'];

/** Whether there are tables, and none that takes a write. */
export function writesNone(now: readonly Writing[]): boolean {
  const tables = now.filter(({ sequence }) => !sequence);
  return tables.length > 0 && tables.every(({ rights }) => rights.every((right) => right === 'SELECT'));
}
