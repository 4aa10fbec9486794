import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import type { Surroundings } from '../ports.ts';
import { readSequences, readTables, serverFacts } from '../postgres/catalog.ts';
import { literal } from '../postgres/fence.ts';
import { qualified } from '../postgres/row-hash.ts';
import { closeSession, type Database, declared, openSession, type Side, sqlState } from '../postgres/session.ts';
import { SteadySession } from '../postgres/steady-session.ts';
import type { PlannedTable, SequenceName } from '../staged.ts';

/** What a proof needs around it: it stages nothing. */
export type Around = Pick<Surroundings, 'clock' | 'log' | 'signal'>;

/** A reader of ours must not be what an ALTER TABLE waits for, with the application behind it. */
const LOCK_TIMEOUT = '5s';
/** Load balancers drop flows that are idle for 350 s. */
const KEEPALIVE_MS = 30_000;
/** A dropped or renamed table or column. */
const GONE = ['42P01', '42703'];

/**
 * One live database as one snapshot shows it, for as long as it is held. Reads only. Other sessions join the snapshot
 * for a piece of the work and end their transaction after it, so that no lock outlives the piece.
 */
export class LiveSide {
  readonly side: Side;
  readonly snapshot: string;
  readonly version: number;
  readonly encoding: string;
  readonly tables: readonly PlannedTable[];
  readonly sequences: readonly SequenceName[];
  readonly database: Database;
  readonly #holder: pg.Client;

  /** Throws SourceUnreachable, TargetLoginRefused, …. */
  static async open(database: Database, signal: AbortSignal): Promise<LiveSide> {
    const holder = await openSession(database, signal);
    try {
      const facts = await serverFacts(holder);
      await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const { rows } = await holder.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
      const tables = await readTables(holder, facts.version);
      const sequences = await readSequences(holder);
      return new LiveSide(database, holder, { ...facts, snapshot: rows[0]?.snapshot ?? '', tables, sequences });
    } catch (error) {
      await closeSession(holder);
      throw declared(error, database, 'read the catalog');
    }
  }

  private constructor(
    database: Database,
    holder: pg.Client,
    read: Pick<LiveSide, 'snapshot' | 'version' | 'encoding' | 'tables' | 'sequences'>,
  ) {
    this.database = database;
    this.side = database.side;
    this.#holder = holder;
    this.snapshot = read.snapshot;
    this.version = read.version;
    this.encoding = read.encoding;
    this.tables = read.tables;
    this.sequences = read.sequences;
  }

  /** A session for pieces of work on this side. */
  session(around: Around): SteadySession {
    return new SteadySession(this.database, around);
  }

  /** Asks the holder of the snapshot, which holds no lock on any table. */
  async ask<T>(read: (client: pg.Client) => Promise<T>): Promise<T> {
    try {
      return await read(this.#holder);
    } catch (error) {
      throw declared(error, this.database, 'read the catalog');
    }
  }

  /**
   * One transaction in the snapshot, with the tables locked against changes and proved to be what the snapshot shows:
   * a table that was truncated or rewritten since would read as empty without any error.
   * Throws SourceKeepsChanging or RestoreFailed when one is not.
   */
  async piece<T>(
    client: pg.Client,
    tables: readonly PlannedTable[],
    read: (client: pg.Client) => Promise<T>,
  ): Promise<T> {
    const names = tables.map((table) => `ONLY ${qualified(table)}`).join(', ');
    // One round trip: the other side of the network may be far.
    await client
      .query(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT ${literal(this.snapshot)};
         SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'; ${names && `LOCK TABLE ${names} IN ACCESS SHARE MODE`}`,
      )
      .catch(this.#asChange);
    for (const table of tables) await this.#proveUnchanged(client, table);
    const result = await read(client).catch(this.#asChange);
    await client.query('COMMIT');
    return result;
  }

  /** A piece in a session of its own, tried once. */
  async once<T>(
    tables: readonly PlannedTable[],
    { signal }: Around,
    read: (client: pg.Client) => Promise<T>,
  ): Promise<T> {
    const client = await openSession(this.database, signal);
    try {
      return await this.piece(client, tables, read);
    } catch (error) {
      signal.throwIfAborted();
      throw declared(error, this.database, 'compare rows');
    } finally {
      await closeSession(client);
    }
  }

  /** Both functions look at the catalog as it is now, whatever the transaction's snapshot. */
  async #proveUnchanged(client: pg.Client, table: PlannedTable): Promise<void> {
    const { rows } = await client.query<{ same: boolean | null }>(
      `SELECT to_regclass(${literal(qualified(table))})::oid = ${table.oid}
              AND pg_relation_filenode(${table.oid}) = ${table.relfilenode} AS same`,
    );
    if (!rows[0]?.same) throw this.#changed(qualified(table));
  }

  readonly #asChange = (error: unknown): never => {
    const { message } = error as Error;
    if (GONE.includes(sqlState(error) ?? '')) throw this.#changed(message);
    if (sqlState(error) && /invalid snapshot|could not import/i.test(message)) {
      throw new WorkflowError(
        this.side === 'source' ? 'SnapshotLost' : 'TargetUnreachable',
        `The session that holds the ${this.side}'s snapshot ended: ${message}. Start again.`,
      );
    }
    throw error;
  };

  readonly #changed = (what: string) =>
    new WorkflowError(
      this.side === 'source' ? 'SourceKeepsChanging' : 'RestoreFailed',
      `${what}: the ${this.side}'s schema was changed while it was compared. Hold back changes of the schema, then start again.`,
    );

  /** Until `over`: keeps the snapshot's session from being dropped as idle. */
  async keep(around: Around, over: AbortSignal): Promise<undefined> {
    const either = AbortSignal.any([around.signal, over]);
    while (!either.aborted) {
      await around.clock.sleep(KEEPALIVE_MS, either).catch(() => {});
      if (!either.aborted) await this.ask((client) => client.query('SELECT 1'));
    }
  }

  async close(): Promise<void> {
    await closeSession(this.#holder);
  }
}
