import { existsSync, readFileSync } from 'node:fs';

/** In the source tree `lib/sql`; in a bundle the folder `sql` beside the entry, or beside the folder of its chunks. */
const folders = ['../../sql/', './sql/', '../sql/'].map((folder) => new URL(folder, import.meta.url));
const texts = new Map<string, string>();

/** The statement of `lib/sql/<name>.sql`. */
export function statement(name: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    const file = folders.map((folder) => new URL(`${name}.sql`, folder)).find((candidate) => existsSync(candidate));
    if (!file) throw new Error(`lib/sql/${name}.sql is missing: a bundle must carry the folder lib/sql as sql.`);
    text = readFileSync(file, 'utf8');
    texts.set(name, text);
  }
  return text;
}
