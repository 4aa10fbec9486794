import { types } from 'node:util';
import pg from 'pg';
import { plural } from '../../domain/quantities.ts';
import type { WriteRight } from '../../workflow/documents/proofs.ts';
import { WorkflowError } from '../../workflow/errors.ts';
import { connect, type Login, sqlState, withClient } from './connect.ts';
import { readFence } from './fence-row.ts';
import { type ForeignSession, foreignSessions, readSaved, type SourceDatabase } from './source-fence.ts';
import type { Saved } from './source-rights.ts';
import { statement } from './statements.ts';
import { readWriting } from './write-rights.ts';

interface TableState {
  readonly oid: string;
  /** The table's file: another one after TRUNCATE or a rewriting ALTER. */
  readonly file: string;
  readonly name: string;
  readonly rows: number;
  /** Rows written by transactions that began after the fence stood: none, or the proof fails. */
  readonly changed: number;
}

interface Attack {
  readonly login: string;
  readonly database: string;
  /** The server's own words. */
  readonly result: string;
}

interface ProvedFence {
  /** Foreign sessions that are left; the provider's own, or the proof has failed. */
  readonly sessions: readonly ForeignSession[];
  readonly attacks: readonly Attack[];
  readonly tables: readonly TableState[];
  /** Of all sequences' positions. */
  readonly sequencesHash: string;
  /** What the application's login may write, were it let in; null where that is not known. */
  readonly applicationRights: readonly WriteRight[] | null;
  /** Logins that might undo the fence, cannot be locked by Passage's login, and had no session here. */
  readonly unreachable: readonly string[];
}

/**
 * Proves that the source cannot be written: state and rights as the fence left them, no session, no prepared
 * transaction, every attack refused, and no row of any table written since. Reads every table once.
 * `before` is an earlier proof of the same fence: then nothing at all may have changed since that one.
 * @throws FenceFailed with everything that was found.
 */
export async function proveFence(
  source: SourceDatabase & {
    /** Every credential that is known to have opened the source; Passage's own is left out. */
    readonly knownCredentials: readonly Login[];
    readonly before?: Pick<ProvedFence, 'tables' | 'sequencesHash'>;
    /** By which login the target's application will be measured: the first. */
    readonly applicationLogins?: readonly string[];
  },
): Promise<ProvedFence> {
  return withClient(
    source.passage,
    { side: 'source', run: source.run, epoch: source.epoch, statementTimeoutMs: 0 },
    async (client) => {
      const row = await readFence(client);
      if (!row || row.run !== source.run || row.epoch !== source.epoch) {
        throw failed([row ? `the fence belongs to run ${row.run}, epoch ${row.epoch}` : 'there is no fence']);
      }
      const saved = await readSaved(client);
      // Attacks first: what they might write is then found in the tables.
      const attacks: AttackOutcome[] = [];
      for (const login of source.knownCredentials) {
        if (login.user !== source.passage.user) attacks.push(...(await attack(login, source, saved)));
      }
      const sessions = await foreignSessions(client, saved);
      const tables = await readTables(client);
      const sequencesHash = (await client.query<{ hash: string }>(statement('hash-sequences'))).rows[0]?.hash ?? '';
      const faults = [
        ...attacks
          .filter(({ held }) => !held)
          .map(({ login, database, result }) => `"${login}" on "${database}": ${result}`),
        ...sessions.filter(({ provider }) => !provider).map(({ login, pid }) => `a session of "${login}" (pid ${pid})`),
        ...(await openRights(client, saved.logins)),
        ...tables
          .filter(({ changed }) => changed > 0)
          .map(({ name, changed }) => `${plural(changed, 'row')} of ${name} written since`),
        ...(source.before ? differences(source.before, { tables, sequencesHash }) : []),
      ];
      if (faults.length > 0) throw failed(faults);
      return {
        sessions,
        attacks: attacks.map(({ login, database, result }) => ({ login, database, result })),
        tables,
        sequencesHash,
        applicationRights: await rightsOf(client, source.applicationLogins?.[0]),
        unreachable: saved.unreachable,
      };
    },
  );
}

/** The fence takes the way in, and no right on a table. */
async function rightsOf(client: pg.Client, application: string | undefined): Promise<WriteRight[] | null> {
  const writing = application === undefined ? [] : await readWriting(client, application);
  if (writing.length === 0) return null;
  return writing.filter(({ rights }) => rights.length > 0).map(({ object, rights }) => ({ object, rights }));
}

const failed = (faults: string[]) =>
  new WorkflowError(
    'FenceFailed',
    `The fence of the source does not hold: ${faults.join('; ')}. The source must not be copied as final; unwind, or close what is open and prove again.`,
  );

interface AttackOutcome extends Attack {
  readonly held: boolean;
}

/**
 * Tries to get in and write, in the database itself and around it from the maintenance database, where the owner
 * could give itself the right to connect again. What succeeds is rolled back, and fails the proof. Only the way around
 * is open to an administrator whom Passage's login may not lock (since PostgreSQL 16 the creator of the application's
 * role): that is written down, because it takes a person's deliberate act.
 */
async function attack(login: Login, source: SourceDatabase, saved: Saved): Promise<AttackOutcome[]> {
  const database = pg.escapeIdentifier(saved.database);
  const inside = await attempt({ ...login, database: saved.database }, source, [
    'CREATE SCHEMA passage_attack',
    'SELECT lo_create(0)',
  ]);
  const around = await attempt({ ...login, database: 'postgres' }, source, [
    // Only an owner may: GRANT CONNECT itself would end in a warning for anybody else.
    `ALTER DATABASE ${database} RESET default_transaction_read_only`,
    `GRANT ${pg.escapeIdentifier(saved.owner)} TO ${pg.escapeIdentifier(login.user)}`,
  ]);
  return [
    // In the database itself, being connected is already too much.
    inside.result === CONNECTED ? { ...inside, held: false } : inside,
    !around.held && saved.unreachable.includes(login.user)
      ? { ...around, held: true, result: `administrator, cannot be locked: ${around.result}` }
      : around,
  ];
}

const CONNECTED = 'connected, and its writes were refused';

async function attempt(login: Login, source: SourceDatabase, writes: string[]): Promise<AttackOutcome> {
  const outcome = (held: boolean, result: string): AttackOutcome => ({
    login: login.user,
    database: login.database,
    held,
    result,
  });
  let client: pg.Client;
  try {
    client = await connect(login, { side: 'source', run: source.run, epoch: source.epoch, connectTimeoutMs: 5_000 });
  } catch (error) {
    const cause = error instanceof WorkflowError && types.isNativeError(error.cause) ? error.cause : error;
    // Only the server's refusal proves anything; no answer is no proof.
    const refused = /^(28...|42501|3D000)$/.test(sqlState(cause) ?? '');
    return outcome(
      refused,
      `${refused ? 'refused' : 'no answer'}: ${types.isNativeError(cause) ? cause.message : cause}`,
    );
  }
  try {
    for (const write of writes) {
      try {
        await client.query('BEGIN READ WRITE');
        await client.query(write);
        return outcome(false, `${write} succeeded`);
      } catch (error) {
        if (sqlState(error) !== '42501') return outcome(false, `${write} was not refused: ${error}`);
      } finally {
        await client.query('ROLLBACK').catch(() => {});
      }
    }
    return outcome(true, CONNECTED);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The catalog's own word: locked logins, CONNECT, prepared transactions (of any database: they may alter roles). */
async function openRights(client: pg.Client, locked: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ fault: string }>(
    `SELECT format('login "%s" is open', rolname) AS fault FROM pg_roles WHERE rolcanlogin AND rolname = ANY ($1)
     UNION ALL
     SELECT format('%s may connect', coalesce(r.rolname, 'PUBLIC'))
       FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
            LEFT JOIN pg_roles r ON r.oid = a.grantee
      WHERE d.datname = current_database() AND a.privilege_type = 'CONNECT' AND r.rolname IS DISTINCT FROM current_user
     UNION ALL
     SELECT format('prepared transaction %s in database "%s"', gid, database) FROM pg_prepared_xacts`,
    [locked],
  );
  return rows.map(({ fault }) => fault);
}

/** So many tables are counted in one statement, which takes as many locks. */
const TABLES_IN_ONE_STATEMENT = 100;

async function readTables(client: pg.Client): Promise<TableState[]> {
  const xid = (await client.query<{ xid: string | null }>('SELECT next_xid::xid::text AS xid FROM passage.saved'))
    .rows[0]?.xid;
  if (!xid) throw failed(['sessions had not all ended when it was put up; fence again']);
  const files = await client.query<{ oid: string; file: string; name: string }>(statement('list-table-files'));
  const states: TableState[] = [];
  for (let first = 0; first < files.rows.length; first += TABLES_IN_ONE_STATEMENT) {
    const some = files.rows.slice(first, first + TABLES_IN_ONE_STATEMENT);
    const counts = await client.query<{ place: number; rows: string; changed: string }>(
      some
        .map(
          ({ name }, place) =>
            `SELECT ${place} AS place, count(*) AS rows, count(*) FILTER (WHERE age(xmin) <= age('${xid}'::xid)) AS changed FROM ${name}`,
        )
        .join(' UNION ALL '),
    );
    for (const { place, rows, changed } of counts.rows) {
      const file = some[place];
      if (file) states.push({ ...file, rows: Number(rows), changed: Number(changed) });
    }
  }
  return states;
}

function differences(
  before: Pick<ProvedFence, 'tables' | 'sequencesHash'>,
  now: Pick<ProvedFence, 'tables' | 'sequencesHash'>,
): string[] {
  const key = ({ oid, file, name, rows }: TableState) => `${name} (oid ${oid}, file ${file}, ${plural(rows, 'row')})`;
  const then = new Set(before.tables.map(key));
  const found = new Set(now.tables.map(key));
  return [
    ...[...then].filter((table) => !found.has(table)).map((table) => `${table} is no longer as it was`),
    ...[...found].filter((table) => !then.has(table)).map((table) => `${table} was not there before`),
    ...(before.sequencesHash === now.sequencesHash ? [] : ['a sequence has moved']),
  ];
}
