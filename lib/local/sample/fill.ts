import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import pg from 'pg';
import type { SampleLogin } from './database.ts';
import type { SampleRows } from './size.ts';

/** The large tables' files, with the rows that each is to have and what 1,000 of them cost, in milliseconds of a core. */
const large = (rows: SampleRows) => [
  { file: 'page-saves', rows: rows.pageSaves, cost: 700 },
  { file: 'audit-trail-events', rows: rows.auditTrailEvents, cost: 10 },
  { file: 'workflow-block-results', rows: rows.blockResults, cost: 50 },
  { file: 'workflow-runs', rows: rows.workflowRuns, cost: 10 },
];

/** One statement of so much work: short enough to share sessions evenly, and to tell how far it is. */
const SLICE_COST_MS = 4_000;
/** PostgreSQL of a laptop has no use for more. */
const MOST_SESSIONS = 4;

interface Job {
  readonly sql: string;
  /** Of all work, in the same unit for every job. */
  readonly weight: number;
}

/**
 * Creates the sample's tables and fills them, in parallel sessions: the same rows at every creation, by arithmetic.
 * `told` hears, from 0 to 1, how much is done.
 */
export async function fillSample(login: SampleLogin, rows: SampleRows, told: (share: number) => void): Promise<void> {
  const sessions = Math.min(Math.max(availableParallelism(), 2), MOST_SESSIONS);
  const clients = await Promise.all(Array.from({ length: sessions }, () => open(login)));
  const lead = clients[0]!;
  const loads = [{ sql: sqlOf('rows', rows), weight: SLICE_COST_MS }, ...large(rows).flatMap((of) => slices(of, rows))];
  const loadWeight = loads.reduce((sum, { weight }) => sum + weight, 0);
  const indexes = statementsOf('indexes');
  // Measured: indexes take two fifths as long as rows, the rest a quarter.
  const all = loadWeight * (1 + 2 / 5 + 1 / 4);
  let done = 0;
  const tell = (weight: number) => {
    done += weight;
    told(Math.min(done / all, 1));
  };
  try {
    await lead.query(sqlOf('schema', rows));
    await runAll(clients, loads, tell);
    await runAll(
      clients,
      indexes.map((sql) => ({ sql, weight: (loadWeight * 2) / 5 / indexes.length })),
      tell,
    );
    await lead.query(sqlOf('finish', rows));
    // Vacuumed as a database in use is: else whoever reads it first would pay for its writers' hint bits.
    const { rows: tables } = await lead.query<{ name: string }>(
      `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace
        ORDER BY pg_table_size(oid) DESC`,
    );
    await runAll(
      clients,
      tables.map(({ name }) => ({ sql: `VACUUM (ANALYZE) ${name}`, weight: loadWeight / 4 / tables.length })),
      tell,
    );
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function open(login: SampleLogin): Promise<pg.Client> {
  const client = new pg.Client({ ...login, application_name: 'sample' });
  await client.connect();
  await client.query("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET work_mem = '64MB'");
  // A fifth of pglz's work; PostgreSQL 14 and newer, where it was built with lz4.
  await client.query(
    `SELECT set_config(name, 'lz4', false) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)`,
  );
  return client;
}

/** Each session takes the next job as soon as it is free; the first failure is thrown once all sessions rest. */
async function runAll(clients: readonly pg.Client[], jobs: readonly Job[], done: (weight: number) => void) {
  const queue = [...jobs];
  const results = await Promise.allSettled(
    clients.map(async (client) => {
      for (let job = queue.shift(); job; job = queue.shift()) {
        try {
          await client.query(job.sql);
        } catch (error) {
          queue.length = 0;
          throw error;
        }
        done(job.weight);
      }
    }),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function slices({ file, rows: count, cost }: { file: string; rows: number; cost: number }, rows: SampleRows): Job[] {
  const weight = (count / 1000) * cost;
  const number = Math.max(1, Math.round(weight / SLICE_COST_MS));
  return Array.from({ length: number }, (_, at) => ({
    sql: sqlOf(file, {
      ...rows,
      from: Math.floor((count * at) / number) + 1,
      to: Math.floor((count * (at + 1)) / number),
    }),
    weight: weight / number,
  }));
}

const read = (file: string) => readFileSync(new URL(`./${file}.sql`, import.meta.url), 'utf8');

/** A file with `:name` replaced by its number, as psql does it. */
const sqlOf = (file: string, variables: object) =>
  Object.entries(variables).reduce(
    (sql, [name, value]) => sql.replaceAll(new RegExp(`(?<!:):${name}\\b`, 'g'), String(value)),
    read(file),
  );

const statementsOf = (file: string) =>
  read(file)
    .split(/;\n/)
    .filter((statement) => /^\w/m.test(statement));
