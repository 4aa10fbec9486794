import pg from 'pg';
import type { DatabasesFindings } from '../../workflow/documents/collected.ts';
import type { Problem } from '../../workflow/documents/findings.ts';
import { inTransaction, sqlState } from './connect.ts';
import { statement } from './statements.ts';

type Activity = NonNullable<DatabasesFindings['workflowActivity']>;

/** A run lasts 60 days at most, with user tasks in it: what is older was given up. */
const DAYS = 60;
/** Of the function's 120 s; the table of runs may be large, and need not have an index that helps. */
const WITHIN_MS = 10_000;
const MOST_SCHEDULES = 200;
/** States of a run that is over, in whatever words. */
const OVER = '^(success|succeed|complete|fail|error|cancel|time|abort|terminat|skip)';

interface Table {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
}

/**
 * What workflows do at the database that `client` is connected to: runs that have not ended, and schedules that are on.
 * Changes nothing. Null without any table of workflows.
 */
export async function inspectWorkflows(
  client: pg.Client,
): Promise<{ readonly activity: Activity | null; readonly problems: readonly Problem[] }> {
  const { rows: tables } = await client.query<Table>(statement('find-workflow-tables'));
  const problems: Problem[] = [];
  const look = <T>(table: Table, work: () => Promise<T>) =>
    allowed(table, problems, () =>
      inTransaction(client, async () => {
        await client.query(`SET LOCAL statement_timeout = ${WITHIN_MS}`);
        return work();
      }),
    );
  const ofRuns = tables.find((table) => /runs?$/i.test(table.name) && column(table, /^status$/i));
  const ofWorkflows = tables.find((table) => !/runs?$/i.test(table.name) && column(table, /^crontab$/i));
  if (tables.length === 0) return { activity: null, problems };
  const runs = ofRuns && (await look(ofRuns, () => openRuns(client, ofRuns)));
  const schedules = ofWorkflows && (await look(ofWorkflows, () => schedulesOf(client, ofWorkflows)));
  return { activity: { runs: runs ?? null, schedules: schedules ?? null }, problems };
}

/** The column of a table that is called so, quoted. */
function column({ columns }: Table, named: RegExp): string | undefined {
  const found = columns.find((name) => named.test(name));
  return found && pg.escapeIdentifier(found);
}
const identifier = ({ schema, name }: Table): string => `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

async function openRuns(client: pg.Client, table: Table): Promise<NonNullable<Activity['runs']>> {
  const status = column(table, /^status$/i);
  const created = column(table, /^(created|started)_?at$/i);
  const ended = column(table, /^(completed|ended|finished)_?at$/i);
  const { rows } = await client.query<{ status: string; count: number; oldest: Date | null }>(
    `SELECT ${status}::text AS status, count(*)::int AS count, ${created ? `min(${created})` : 'NULL'}::timestamptz AS oldest
       FROM ${identifier(table)}
      WHERE ${status}::text !~* '${OVER}'
        ${ended ? `AND ${ended} IS NULL` : ''}
        ${created ? `AND ${created} > now() - interval '${DAYS} days'` : ''}
      GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
  );
  return {
    table: `${table.schema}.${table.name}`,
    open: rows.map((row) => ({ ...row, oldest: row.oldest?.toISOString() ?? null })),
  };
}

async function schedulesOf(client: pg.Client, table: Table): Promise<NonNullable<Activity['schedules']>> {
  const crontab = column(table, /^crontab$/i);
  const timezone = column(table, /^timezone$/i);
  const enabled = column(table, /^is_?enabled$/i);
  const { rows } = await client.query<NonNullable<Activity['schedules']>[number]>(
    `SELECT ${crontab}::text AS crontab, ${timezone ?? 'NULL'}::text AS timezone, count(*)::int AS workflows
       FROM ${identifier(table)}
      WHERE ${crontab}::text <> '' ${enabled ? `AND ${enabled}::text IN ('t', 'true', '1')` : ''}
      GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ${MOST_SCHEDULES}`,
  );
  return rows;
}

/**
 * What a login may not read, what takes too long, and a table that is not what its name made one guess (SQLSTATE classes
 * 22, data, and 42, statement: a column of another type) is a problem of the document: no run ends by a guess.
 */
async function allowed<T>(table: Table, problems: Problem[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const because = reason(sqlState(error) ?? '');
    if (!because) throw error;
    problems.push({ kind: 'not-looked', severity: 'INFO', where: `${table.schema}.${table.name}`, ...because });
    return null;
  }
}

function reason(state: string): Pick<Problem, 'what' | 'todo'> | null {
  if (state === '57014') {
    return {
      what: `Counting what runs took longer than ${WITHIN_MS / 1000} s and was given up.`,
      todo: 'Count the runs without an end by hand.',
    };
  }
  if (state === '42501') {
    return {
      what: "Passage's login may not read this table, so it is not known which workflows run.",
      todo: 'Run lib/sql/create-source-login.sql again.',
    };
  }
  if (/^(22|42)/.test(state)) {
    return {
      what: `This table is called as one of workflows, but is none that Passage knows (SQLSTATE ${state}), so it is not known which workflows run.`,
      todo: 'Look for workflows that run, and for their schedules, by hand.',
    };
  }
  return null;
}
