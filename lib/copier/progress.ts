import { readFileSync } from 'node:fs';
import type { Role } from './contract.ts';
import type { Surroundings } from './ports.ts';
import { type DoneMark, keys, type Plan, type WorkerProgress } from './staged.ts';

/** What a person, and the restore that waits for a dump, see of a worker at most this late. */
const PUBLISH_EVERY_MS = 1000;

/**
 * Peak resident memory of this process, bytes. Linux's `ru_maxrss` is at least what the parent had when it forked (a
 * child of 400 MB started node, which used 43, and read 395), so the kernel's figure of the program itself is asked first.
 */
export function peakMemory(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes) return Number(kilobytes) * 1024;
  } catch {
    // No Linux: there `ru_maxrss` begins anew with a program.
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** Processor seconds of this process, user and system. */
export const processorSeconds = () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return (userCPUTime + systemCPUTime) / 1e6;
};

/** Counts what a role has done and overwrites `progress/<role>.json` every second until `stop`. */
export class ProgressBoard {
  #phase = 'starting';
  /** Why nothing moves at the moment; shown in place of the phase. */
  held: () => string | undefined = () => undefined;
  tablesDone = 0;
  #rowsDone = 0;
  #bytesDone = 0;
  #chunkBytes = new Map<string, number>();
  #total = { tablesTotal: 0, rowsTotal: 0, bytesTotal: 0 };
  readonly #role: Role;
  readonly #around: Surroundings;
  readonly #startedAt: string;
  readonly #stop = new AbortController();
  readonly #published: Promise<void>;

  constructor(role: Role, around: Surroundings) {
    this.#role = role;
    this.#around = around;
    this.#startedAt = new Date(around.clock.now()).toISOString();
    this.#published = this.#publish(AbortSignal.any([this.#stop.signal, around.signal]));
  }

  get phase(): string {
    return this.#phase;
  }

  /** Logged too: the log tells where the time went. */
  set phase(phase: string) {
    this.#phase = phase;
    this.#around.log('phase', { phase });
  }

  /** A new attempt counts from nothing. */
  begin(plan: Plan): void {
    this.tablesDone = 0;
    this.#rowsDone = 0;
    this.#bytesDone = 0;
    this.#chunkBytes = new Map(plan.chunks.map(({ id, bytes }) => [id, bytes]));
    const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
    this.#total = {
      tablesTotal: plan.tables.length,
      rowsTotal: sum(plan.tables.map((table) => table.rows)),
      bytesTotal: sum(plan.chunks.map((chunk) => chunk.bytes)),
    };
  }

  /** Bytes are the plan's, as the total is. Pages of large objects are no rows of tables. */
  chunkDone({ chunk, pieces }: DoneMark): void {
    for (const { table, rows } of pieces) if (table >= 0) this.#rowsDone += rows;
    this.#bytesDone += this.#chunkBytes.get(chunk) ?? 0;
  }

  /** Writes the last state. Progress is for information: a write that fails is logged, never thrown. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#published;
    await this.#write();
  }

  async #publish(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#write();
      await this.#around.clock.sleep(PUBLISH_EVERY_MS, signal).catch(() => {});
    }
  }

  async #write(): Promise<void> {
    const held = this.held();
    const progress: WorkerProgress = {
      role: this.#role,
      phase: held ? `paused: ${held}` : this.#phase,
      tablesDone: this.tablesDone,
      rowsDone: this.#rowsDone,
      bytesDone: this.#bytesDone,
      ...this.#total,
      startedAt: this.#startedAt,
      at: new Date(this.#around.clock.now()).toISOString(),
      memoryBytes: peakMemory(),
      incidents: this.#around.incidents.sentences,
    };
    await this.#around.staging
      .put(keys.progress(this.#role), Buffer.from(JSON.stringify(progress)))
      .catch((error: Error) => this.#around.log('progress not written', { reason: error.message }));
  }
}
