import type pg from 'pg';

interface Migration {
  readonly name: string;
  /** The first release that brings it, as `[3, 200]`. */
  readonly since: readonly [number, number];
  readonly sql: string;
}

/** What releases after the sample's own change in the schema; the rows of "SequelizeMeta" say what has run. */
const migrations: readonly Migration[] = [
  {
    name: '20260301080000-add-display-name-to-resources.js',
    since: [3, 200],
    sql: 'ALTER TABLE resources ADD COLUMN "displayName" varchar(255)',
  },
];

/** Runs what the schema lacks, each in a transaction of its own; ends with the line by which the vendor's log says so. */
export async function migrate(pool: pg.Pool, version: string): Promise<void> {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const due = migrations.filter(({ since }) => major > since[0] || (major === since[0] && minor >= since[1]));
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM "SequelizeMeta"');
  const done = new Set(rows.map(({ name }) => name));
  for (const { name, sql } of due) {
    if (done.has(name)) continue;
    console.log(`== ${name.replace(/\.js$/, '')}: migrating =======`);
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(sql);
      await client.query('INSERT INTO "SequelizeMeta" (name) VALUES ($1)', [name]);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw new Error(`SequelizeDatabaseError: ${(error as Error).message}`);
    } finally {
      client.release();
    }
  }
  console.log('Database migrations are up to date.');
}
