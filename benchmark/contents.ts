import { readTables, serverFacts } from '../lib/copier/postgres/catalog.ts';
import { measureLargeObjects } from '../lib/copier/postgres/large-objects.ts';
import { measure } from '../lib/copier/postgres/row-hash.ts';
import type { SampleLogin } from '../lib/local/sample/database.ts';
import { withSession } from './stage.ts';

/** A line for each table, and one for the large objects: rows, bytes, hashes. Equal for equal databases. */
export async function contentsOf(login: SampleLogin): Promise<ReadonlyMap<string, string>> {
  return await withSession(login, async (client) => {
    await client.query(
      "SET search_path = ''; SET timezone = 'UTC'; SET bytea_output = hex; SET extra_float_digits = 3",
    );
    const { version, encoding } = await serverFacts(client);
    const contents = new Map<string, string>();
    const tables = await readTables(client, version);
    for (const [at, table] of tables.entries()) {
      const { rows, bytes, hash } = await measure(client, table, { table: at }, encoding);
      contents.set(`${table.schema}.${table.name}`, `${rows} rows, ${bytes} bytes, ${hash}`);
    }
    const { count, hash } = await measureLargeObjects(client);
    contents.set('large objects', `${count}, ${hash}`);
    return contents;
  });
}

/** The names of what differs, or is on one side alone. */
export function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
}
