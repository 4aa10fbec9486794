import type pg from 'pg';
import { WorkflowError } from '../../workflow/errors.ts';
import { listed } from '../dump/left-out.ts';
import { speakServerEncoding } from '../postgres/encoding.ts';
import { runScript } from '../postgres/run-script.ts';
import { sqlState } from '../postgres/session.ts';
import type { LeftOut, Plan } from '../staged.ts';
import { grantStatements } from './grants.ts';
import { decodeEntry, type SchemaEntry } from './schema-entries.ts';

/**
 * Kinds that a login without superuser may not be allowed to create, and that no row depends on. Where the target
 * refuses one, the copy goes on without it and names it; every other kind that is refused ends the copy.
 */
const dispensable = new Set([
  ...['EVENT TRIGGER', 'PUBLICATION', 'PUBLICATION TABLE', 'PUBLICATION TABLES IN SCHEMA'],
  ...['FOREIGN DATA WRAPPER', 'SERVER', 'FOREIGN TABLE', 'PROCEDURAL LANGUAGE', 'TRANSFORM', 'ACCESS METHOD'],
  ...['FUNCTION', 'PROCEDURE', 'AGGREGATE', 'CAST', 'OPERATOR CLASS', 'OPERATOR FAMILY', 'COMMENT'],
  ...['TEXT SEARCH PARSER', 'TEXT SEARCH TEMPLATE'],
]);

const INSUFFICIENT_PRIVILEGE = '42501';
const UNDEFINED_OBJECT = '42704';
/** Not now with these rights or on this server: no privilege, not supported, no such library, or symbol in it. */
const refusals = [INSUFFICIENT_PRIVILEGE, '0A000', '58P01', '42883'];
/** What a GRANT may fail with: a missing role, no privilege, no such object, grant options that are not held. */
const refusedGrant = /^(42|0L|0P|2B)/;
/** Of a GRANT that was not carried out in full; PostgreSQL only warns. */
const NOT_GRANTED = ['01006', '01007'];

interface Note {
  /** Of the entry; a grant has none of its own. */
  readonly id: number;
  readonly type: string;
  readonly name: string;
  readonly reason: string;
}

/** Creates what pg_dump lists, and keeps account, in the target itself, of what the target's login was refused. */
export class SchemaWriter {
  readonly #plan: Plan;
  readonly #notes = new Map<string, Note>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** What an earlier worker of the same plan was refused. */
  async recall(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ note: string }>(
      'SELECT substr(chunk, length($1) + 1) AS note FROM passage.chunks WHERE starts_with(chunk, $1)',
      [this.#mark],
    );
    for (const { note } of rows) this.#notes.set(note, JSON.parse(note));
  }

  /**
   * Creates entries in their order, inside the transaction that is open. Throws PostgreSQL's own error, or
   * RestoreFailed for what needs a thing that was refused.
   */
  async create(client: pg.Client, entries: readonly SchemaEntry[]): Promise<void> {
    await speakServerEncoding(client, this.#plan.encoding);
    let together = '';
    const flush = async () => {
      if (together) await runScript(client, together);
      together = '';
    };
    for (const entry of entries) {
      const missing = this.#missing(entry);
      if (missing && !dispensable.has(entry.type)) throw needs(entry, missing);
      if (missing) {
        if (entry.type !== 'COMMENT') await this.#note(client, entry, `it needs ${missing.name}, which is left out`);
      } else if (dispensable.has(entry.type)) {
        await flush();
        const refusal = await attempt(client, () => runScript(client, attempted(entry.sql)), isRefusal(entry.type));
        if (refusal) await this.#note(client, entry, refusal);
      } else {
        together += `${entry.sql}\n`;
      }
    }
    await flush();
  }

  /** Throws RestoreFailed when one of `entries` needs what was refused, so that it is known before data is loaded. */
  proveCreatable(entries: readonly SchemaEntry[]): void {
    for (const entry of entries) {
      const missing = this.#missing(entry);
      if (missing && !dispensable.has(entry.type)) throw needs(entry, missing);
    }
  }

  /** Grants and revokes what one ACL entry says, statement by statement, inside the transaction that is open. */
  async grant(client: pg.Client, entry: SchemaEntry): Promise<void> {
    if (this.#missing(entry)) return;
    await speakServerEncoding(client, this.#plan.encoding);
    for (const statement of grantStatements(entry.sql)) {
      await this.#grantOne(client, statement, () => runScript(client, attempted(statement)));
    }
  }

  /** The same for statements in UTF-8. */
  async grantEach(client: pg.Client, statements: readonly string[]): Promise<void> {
    for (const statement of statements) {
      await this.#grantOne(client, statement, async () => void (await client.query(attempted(statement))));
    }
  }

  async #grantOne(client: pg.Client, statement: string, run: () => Promise<void>): Promise<void> {
    let warning: string | undefined;
    const listen = ({ code, message }: { code?: string; message?: string }) => {
      if (NOT_GRANTED.includes(code ?? '')) warning = message;
    };
    client.on('notice', listen);
    const refusal = await attempt(client, run, (state) => refusedGrant.test(state)).finally(() =>
      client.off('notice', listen),
    );
    const reason = refusal ?? warning;
    // Nothing is to be taken from a role that is not there.
    if (!reason || (refusal && /^REVOKE/.test(statement) && /role .* does not exist/.test(refusal))) return;
    const name = decodeEntry(statement, this.#plan.encoding);
    await this.#note(client, { id: 0, type: 'GRANT', name }, reason);
  }

  /** Everything that was refused, in words for people. */
  get leftOut(): LeftOut[] {
    const notes = [...this.#notes.values()];
    const grants = notes.filter(({ type }) => type === 'GRANT');
    const objects = notes.filter(({ type }) => type !== 'GRANT');
    const kinds = [...new Set(objects.map(({ type }) => type))].map((type): LeftOut => {
      const some = objects.filter((note) => note.type === type);
      return {
        what: `${some.length} × ${type.toLowerCase()}: ${listed(some.map(({ name }) => name))}`,
        because: `the target's login could not create it: ${listed([...new Set(some.map(({ reason }) => reason))])}`,
      };
    });
    const reasons = [...new Set(grants.map(({ reason }) => reason))].map((reason): LeftOut => {
      const some = grants.filter((note) => note.reason === reason);
      return { what: `${some.length} × grant: ${listed(some.map(({ name }) => name))}`, because: reason };
    });
    return [...kinds, ...reasons];
  }

  /** Whether the target has it, or will have. */
  holds(entry: SchemaEntry): boolean {
    return !this.#missing(entry) && ![...this.#notes.values()].some(({ id }) => id === entry.id);
  }

  get #mark(): string {
    return `${this.#plan.id}/left out/`;
  }

  #missing({ dependsOn }: SchemaEntry): Note | undefined {
    return [...this.#notes.values()].find(({ id }) => id !== 0 && dependsOn.includes(id));
  }

  async #note(client: pg.Client, of: Pick<Note, 'id' | 'type' | 'name'>, reason: string): Promise<void> {
    const note: Note = { id: of.id, type: of.type, name: of.name.slice(0, 200), reason: reason.slice(0, 400) };
    // The transaction may speak another encoding than UTF-8.
    const text = JSON.stringify(note).replaceAll(
      /[^ -~]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    this.#notes.set(text, note);
    await client.query(
      `INSERT INTO passage.chunks (chunk, rows, bytes, epoch, loaded_at) VALUES ($1, 0, 0, $2, now())
       ON CONFLICT (chunk) DO NOTHING`,
      [this.#mark + text, this.#plan.epoch],
    );
  }
}

/** One round trip as long as nothing is refused. */
const attempted = (sql: string) => `SAVEPOINT attempt;\n${sql}\n;RELEASE SAVEPOINT attempt`;

/** PostgreSQL's words when it refuses what `isRefused` knows by its SQLSTATE; the transaction goes on without it. */
async function attempt(
  client: pg.Client,
  run: () => Promise<void>,
  isRefused: (state: string, message: string) => boolean,
): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    if (!isRefused(sqlState(error) ?? '', message)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt');
    return message;
  }
}

/** A missing type or table is a defect of the copy; a missing language, server or wrapper is the target's choice. */
const isRefusal = (type: string) => (state: string, message: string) =>
  refusals.includes(state) ||
  (state === UNDEFINED_OBJECT && (type === 'FOREIGN TABLE' || type === 'SERVER' || /language/.test(message)));

const needs = (entry: SchemaEntry, missing: Note) =>
  new WorkflowError(
    'RestoreFailed',
    `${entry.type} ${entry.name} needs ${missing.type} ${missing.name}, which the target refused: ${missing.reason}. Let the provider create it, or drop both at the source, then start again.`,
  );
