import type pg from 'pg';
import type { DatabasesFindings } from '../../workflow/documents/collected.ts';
import { statement } from './statements.ts';

/**
 * What the target that `client` is connected to would make of the source's extensions: its own default versions, what
 * these require, and whether the login may create them. Changes nothing.
 * @param names of the source's extensions
 */
export async function extensionsInStore(
  client: pg.Client,
  names: readonly string[],
): Promise<DatabasesFindings['extensionsInStore']> {
  const wanted = names.filter((name) => name !== 'plpgsql');
  const { rows } = await client.query<DatabasesFindings['extensionsInStore'][number]>(
    statement('list-extensions-in-store'),
    [wanted],
  );
  return rows;
}
