import { existsSync, readFileSync } from 'node:fs';

/** In the source tree `lib/sql`; beside a bundled handler or worker the folder `sql`, which the bundling copies there. */
const folders = [new URL('./sql/', import.meta.url), new URL('../../sql/', import.meta.url)];
const texts = new Map<string, string>();

/** The statement of `lib/sql/<name>.sql`. */
export function statement(name: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    const file = folders.map((folder) => new URL(`${name}.sql`, folder)).find((candidate) => existsSync(candidate));
    if (!file) throw new Error(`lib/sql/${name}.sql is missing: the bundle must carry lib/sql as ./sql.`);
    text = readFileSync(file, 'utf8');
    texts.set(name, text);
  }
  return text;
}
