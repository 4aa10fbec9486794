import type { CopierInput, CopierOutput, Role } from './contract.ts';
import type { Clock } from './ports.ts';
import type { LargeObjectMeasure } from './postgres/large-objects.ts';
import { add, type Measure, nothing } from './postgres/row-hash.ts';
import { peakMemory, processorSeconds } from './progress.ts';
import type { DoneMark, Manifest, ManifestTable, Plan, TargetProof } from './staged.ts';

/** Adds up, table by table, what was measured piece by piece. */
export class Tally {
  tablesDone = 0;
  readonly #tables: { measure: Measure; seconds: number; chunks: number; left: number }[];
  readonly #plan: Plan;
  #proofSeconds = 0;
  #largeObjects: LargeObjectMeasure = { ...nothing, count: 0 };

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#tables = plan.tables.map(() => ({ measure: nothing, seconds: 0, chunks: 0, left: 0 }));
    for (const { pieces } of plan.chunks) for (const { table } of pieces) this.#expect(table);
  }

  /** A chunk that took so many seconds: none, when an earlier attempt had copied it. */
  add({ pieces, proofSeconds }: DoneMark, seconds: number): void {
    if (seconds > 0) this.#proofSeconds += proofSeconds;
    for (const { table, measure } of pieces) {
      if (table < 0) this.addLargeObjects({ count: 0, ...measure });
      else this.addPiece(table, measure, seconds / pieces.length);
    }
  }

  addPiece(table: number, measure: Measure, seconds: number): void {
    const sums = this.#tables[table];
    if (!sums) return;
    sums.measure = add(sums.measure, measure);
    sums.seconds += seconds;
    sums.chunks += 1;
    sums.left -= 1;
    if (sums.left === 0) this.tablesDone += 1;
  }

  addLargeObjects(measured: LargeObjectMeasure): void {
    this.#largeObjects = {
      ...add(this.#largeObjects, measured),
      count: this.#largeObjects.count + measured.count,
    };
  }

  #expect(table: number): void {
    const sums = this.#tables[table];
    if (sums) sums.left += 1;
  }

  manifest(
    role: Role,
    input: CopierInput,
    facts: Pick<
      Manifest,
      'serverVersion' | 'sequences' | 'leftOut' | 'grants' | 'startedAt' | 'finishedAt' | 'incidents'
    >,
  ): Manifest {
    const { attempt, id, snapshot } = this.#plan;
    const tables = this.#tables.map((sums, at): ManifestTable => {
      const { schema, name } = this.#plan.tables[at] as Plan['tables'][number];
      const { rows, bytes, hash } = sums.measure;
      return { schema, name, rows, bytes, hash, seconds: sums.seconds, chunks: sums.chunks };
    });
    const { count, bytes, hash } = this.#largeObjects;
    const seconds = (Date.parse(facts.finishedAt) - Date.parse(facts.startedAt)) / 1000;
    return {
      role,
      run: input.run,
      epoch: input.epoch,
      copy: input.copy,
      attempt,
      plan: id,
      snapshot,
      ...facts,
      tables,
      largeObjects: { count, bytes, hash },
      seconds,
      largestRowBytes: Math.max(0, ...this.#tables.map(({ measure }) => measure.largest)),
      memoryBytes: peakMemory(),
      cpuSeconds: processorSeconds(),
      sessionSeconds: seconds * input.workers,
      // All that a restore says of its tables' seconds is counting and hashing.
      proofSeconds: role === 'dump' ? this.#proofSeconds : tables.reduce((sum, table) => sum + table.seconds, 0),
    };
  }
}

/** The target's manifest with its proof, which took one session so many seconds. */
export function proved(measured: Manifest, proof: TargetProof, seconds: number, clock: Clock): Manifest {
  const finishedAt = new Date(clock.now()).toISOString();
  return {
    ...measured,
    proof,
    finishedAt,
    seconds: measured.seconds + seconds,
    memoryBytes: peakMemory(),
    cpuSeconds: processorSeconds(),
    sessionSeconds: measured.sessionSeconds + seconds,
    proofSeconds: measured.proofSeconds + seconds,
  };
}

/** The task's output: where the manifest lies, and its sums. */
export function answer(manifest: Manifest, address: string): CopierOutput {
  return {
    manifest: address,
    tables: manifest.tables.length,
    rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
    bytes: manifest.tables.reduce((sum, table) => sum + table.bytes, manifest.largeObjects.bytes),
    seconds: manifest.seconds,
  };
}
