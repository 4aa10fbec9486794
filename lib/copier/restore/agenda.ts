import type { DoneMark, Plan } from '../staged.ts';
import { splitConstraint } from './constraints.ts';
import type { SchemaEntry } from './schema-entries.ts';

export type Job =
  | { readonly kind: 'load'; readonly mark: DoneMark }
  | { readonly kind: 'build'; readonly entry: SchemaEntry };

/**
 * What may be built before all data is there. Foreign keys, triggers, rules and the rest would fire, fail or lock
 * while other tables are loading.
 */
const early = new Set(['INDEX', 'CONSTRAINT', 'INDEX ATTACH']);
export const isEarly = ({ type }: SchemaEntry) => early.has(type);

/**
 * What the restore may do next: load chunks as they arrive, and build a table's indexes as soon as its last chunk is
 * in, the most expensive tables first; when all data is there, everything else in the order of its dependencies.
 */
export class Agenda {
  readonly #plan: Plan;
  /** Offered and not begun; the plan's order is most expensive tables first. */
  readonly #loads: DoneMark[] = [];
  #loadsInOrder = true;
  readonly #offered = new Set<string>();
  #loadsLeft: number;
  /** By place in the plan's tables. */
  readonly #piecesLeft: number[];
  #tablesLoaded = 0;
  /** By place in the plan's tables: indexes that are not built. */
  readonly #indexesLeft: number[];
  /** Not begun, with the tables that they need loaded. */
  readonly #builds: { entry: SchemaEntry; tables: number[] }[];
  /** Begun or not, but not ended. */
  readonly #unbuilt: Set<number>;
  /** Place in the plan's tables by the id of the entry that creates it. */
  readonly #tableOf = new Map<number, number>();

  constructor(plan: Plan, before: readonly SchemaEntry[], after: readonly SchemaEntry[]) {
    this.#plan = plan;
    this.#loadsLeft = plan.chunks.length;
    this.#piecesLeft = plan.tables.map(() => 0);
    this.#indexesLeft = plan.tables.map(() => 0);
    for (const { pieces } of plan.chunks) {
      for (const { table } of pieces) this.#piecesLeft[table] = (this.#piecesLeft[table] ?? 0) + 1;
    }
    const byOid = new Map(plan.tables.map((table, at) => [table.oid, at]));
    for (const { type, oid, id } of before) {
      const at = type === 'TABLE' ? byOid.get(oid) : undefined;
      if (at !== undefined) this.#tableOf.set(id, at);
    }
    const rank = ({ tables }: { tables: number[] }) => Math.min(...tables, plan.tables.length);
    const tablesOf = (entry: SchemaEntry) => entry.dependsOn.flatMap((id) => this.#tableOf.get(id) ?? []);
    const entries = after.flatMap((entry) => (tablesOf(entry).length ? splitConstraint(entry) : [entry]));
    this.#builds = entries.map((entry) => ({ entry, tables: tablesOf(entry) })).sort((a, b) => rank(a) - rank(b));
    this.#unbuilt = new Set(entries.map(({ id }) => id));
    for (const { entry, tables } of this.#builds) {
      if (entry.type === 'INDEX')
        for (const table of tables) this.#indexesLeft[table] = (this.#indexesLeft[table] ?? 0) + 1;
    }
  }

  /** A chunk is complete in staging. Twice is harmless. */
  offer(mark: DoneMark): void {
    if (this.#offered.has(mark.chunk)) return;
    this.#offered.add(mark.chunk);
    this.#loads.push(mark);
    this.#loadsInOrder = false;
  }

  /** Whether every chunk of the plan has been offered. */
  get allOffered(): boolean {
    return this.#offered.size === this.#plan.chunks.length;
  }

  /** How many tables have all their rows. */
  get tablesLoaded(): number {
    return this.#tablesLoaded;
  }

  get finished(): boolean {
    return this.#loadsLeft === 0 && this.#unbuilt.size === 0;
  }

  /** The next job that nothing stands in the way of; undefined when there is none now. */
  next(): Job | undefined {
    const at = this.#builds.findIndex(({ entry, tables }) => this.#mayBuild(entry, tables));
    const [build] = at < 0 ? [] : this.#builds.splice(at, 1);
    if (build) return { kind: 'build', entry: build.entry };
    if (!this.#loadsInOrder) this.#loads.sort((a, b) => (a.chunk > b.chunk ? -1 : 1));
    this.#loadsInOrder = true;
    const mark = this.#loads.pop();
    return mark && { kind: 'load', mark };
  }

  ended(job: Job): void {
    if (job.kind === 'build') {
      this.#unbuilt.delete(job.entry.id);
      if (job.entry.type === 'INDEX') {
        for (const id of job.entry.dependsOn) {
          const table = this.#tableOf.get(id);
          if (table !== undefined) this.#indexesLeft[table] = (this.#indexesLeft[table] ?? 0) - 1;
        }
      }
      return;
    }
    this.#loadsLeft -= 1;
    for (const { table } of job.mark.pieces) {
      if (table < 0) continue;
      const left = (this.#piecesLeft[table] ?? 0) - 1;
      this.#piecesLeft[table] = left;
      if (left === 0) this.#tablesLoaded += 1;
    }
  }

  #mayBuild(entry: SchemaEntry, tables: readonly number[]): boolean {
    if (!isEarly(entry) && this.#loadsLeft > 0) return false;
    if (entry.dependsOn.some((id) => this.#unbuilt.has(id))) return false;
    // It locks the whole table, and would only wait for the indexes that are being built.
    if (entry.type === 'CONSTRAINT' && tables.some((table) => this.#indexesLeft[table])) return false;
    return tables.every((table) => this.#piecesLeft[table] === 0);
  }
}
