import type { CopyProof } from '../workflow/documents/proofs.ts';
import { WorkflowError } from '../workflow/errors.ts';
import { compareManifests } from './compare.ts';
import type { Manifest, TargetProof } from './staged.ts';
import { describeTable } from './verify/findings.ts';

/** A report names so many differences; the first ones tell what kind it is. */
const NAMED = 100;
/** Of a table. */
const NAMED_ROWS = 10;

type Measured = Omit<CopyProof, 'copy' | 'into' | 'database' | 'provedAt' | 'rows' | 'bytes' | 'stagedBytes'>;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * What the manifests of both sides prove, and how many differences there are, of which the proof names the first.
 * @throws ChunkDamaged where they are not of one attempt of this run, or the target's tells nothing of its catalog
 */
export function proveCopy(
  run: string,
  dump: { readonly key: string; readonly manifest: Manifest },
  restore: { readonly key: string; readonly manifest: Manifest },
): { readonly proof: Measured; readonly differences: number } {
  const { manifest: source } = dump;
  const { manifest: target } = restore;
  if (source.run !== run || source.plan !== target.plan || source.attempt !== target.attempt) {
    throw new WorkflowError(
      'ChunkDamaged',
      `${dump.key} tells of attempt ${source.attempt} of plan ${source.plan} of run ${source.run}, ${restore.key} of attempt ${target.attempt} of plan ${target.plan}: one of them was put in another's place; copy again.`,
    );
  }
  if (!target.proof) {
    throw new WorkflowError('ChunkDamaged', `${restore.key} tells nothing of the target's catalog; copy again.`);
  }
  const { catalog } = target.proof;
  const { tables, differences: ofData } = compareManifests(source, target);
  const differences = [
    ...ofData.map(({ of, message }) => located(target.proof!, of, message)),
    ...catalog.differences.map(({ message }) => message),
  ];
  const spent = new Map(target.tables.map(({ schema, name, seconds }) => [`${schema}.${name}`, seconds]));
  return {
    differences: differences.length,
    proof: {
      startedAt: source.startedAt,
      dumpedAt: source.finishedAt,
      restoredAt: target.finishedAt,
      tables: tables.map(({ table, rowsSource, rowsTarget, bytes, equal }) => ({
        table,
        rowsSource: rowsSource ?? null,
        rowsTarget: rowsTarget ?? null,
        bytes,
        seconds: spent.get(table) ?? 0,
        equal,
      })),
      differences: differences.slice(0, NAMED),
      catalog: { objects: catalog.objects, remarks: catalog.remarks.slice(0, NAMED) },
      memoryBytes: { dump: source.memoryBytes, restore: target.memoryBytes },
      cpuSeconds: { dump: source.cpuSeconds, restore: target.cpuSeconds },
      proofShare: proofShareOf([source, target]),
      largestRowBytes: source.largestRowBytes,
      incidents: [...source.incidents, ...target.incidents],
      leftOut: [...(source.leftOut ?? []), ...(target.leftOut ?? [])],
    },
  };
}

function located(proof: TargetProof, of: string, message: string): string {
  const rows = proof.located.find(({ table }) => table === of);
  return rows ? `${message} ${sentence(describeTable(rows, NAMED_ROWS))}`.trim() : message;
}

/** Guarded against clocks that were set: a share is no more than all. */
function proofShareOf(manifests: readonly Manifest[]): number {
  const sum = (of: 'proofSeconds' | 'sessionSeconds') => manifests.reduce((total, each) => total + each[of], 0);
  const all = sum('sessionSeconds');
  return all > 0 ? Math.min(1, sum('proofSeconds') / all) : 0;
}
