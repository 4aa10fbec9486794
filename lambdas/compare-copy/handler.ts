import { S3Client } from '@aws-sdk/client-s3';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { compareManifests } from '../../lib/copier/compare.ts';
import { unseal } from '../../lib/copier/sealed.ts';
import { Manifest } from '../../lib/copier/staged.ts';
import { describeTable } from '../../lib/copier/verify/findings.ts';
import { stagingKeys } from '../../lib/domain/run.ts';
import { onLambda } from '../../lib/lambda/on-lambda.ts';
import { task } from '../../lib/lambda/task.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

interface Deps {
  ledgers: Ledgers;
  evidence: Evidence;
  staging: Documents;
  now: () => number;
}

/** A report names so many differences; the first ones tell what kind it is. */
const NAMED = 100;
/** Of a table. */
const NAMED_ROWS = 10;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const compareCopy = task('CompareCopy')(async ({ ledgers, evidence, staging, now }: Deps, input) => {
  const { lease, copy, into, dump, restore } = input;
  await ledgers.held(lease);
  const manifest = async (key: string) => {
    const stored = await staging.text(key);
    if (!stored) throw new WorkflowError('ChunkDamaged', `The manifest ${key} is not in staging any more; copy again.`);
    return unseal(Manifest, stored, key);
  };
  const [source, target] = await Promise.all([manifest(dump.manifest), manifest(restore.manifest)]);
  if (source.run !== lease.run || source.plan !== target.plan || source.attempt !== target.attempt) {
    throw new WorkflowError(
      'ChunkDamaged',
      `${dump.manifest} tells of attempt ${source.attempt} of plan ${source.plan} of run ${source.run}, ${restore.manifest} of attempt ${target.attempt} of plan ${target.plan}: one of them was put in another's place; copy again.`,
    );
  }
  if (!target.proof) {
    throw new WorkflowError('ChunkDamaged', `${restore.manifest} tells nothing of the target's catalog; copy again.`);
  }
  const { located, catalog } = target.proof;
  const { tables, differences: ofData } = compareManifests(source, target);
  const differences = [
    ...ofData.map(({ of, message }) => {
      const rows = located.find(({ table }) => table === of);
      return rows ? `${message} ${sentence(describeTable(rows, NAMED_ROWS))}`.trim() : message;
    }),
    ...catalog.differences.map(({ message }) => message),
  ];
  const spent = new Map(target.tables.map(({ schema, name, seconds }) => [`${schema}.${name}`, seconds]));
  const { restoring } = (await ledgers.held(lease)).saved;
  const proof = await evidence.write(lease.run, `copy-${copy}`, {
    copy,
    into,
    database: restoring?.database ?? '',
    startedAt: source.startedAt,
    dumpedAt: source.finishedAt,
    restoredAt: target.finishedAt,
    provedAt: new Date(now()).toISOString(),
    rows: dump.rows,
    bytes: dump.bytes,
    stagedBytes: await staging.size(stagingKeys.copy(lease.run, copy, into, lease.epoch)),
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
  });
  if (differences.length > 0) {
    throw new WorkflowError(
      'DataDiffers',
      `${differences.length} differences between source and copy: ${proof.differences.slice(0, 5).join(' ')} The copy must not be used.`,
    );
  }
  return { document: `copy-${copy}`, tables: tables.length, rows: dump.rows, bytes: dump.bytes };
});

/** Guarded against clocks that were set: a share is no more than all. */
function proofShareOf(manifests: readonly Manifest[]): number {
  const sum = (of: 'proofSeconds' | 'sessionSeconds') => manifests.reduce((total, each) => total + each[of], 0);
  const all = sum('sessionSeconds');
  return all > 0 ? Math.min(1, sum('proofSeconds') / all) : 0;
}

export const handler = onLambda(compareCopy, (told) => {
  const s3 = new S3Client({});
  return { ...evidenceBucket(s3, told.ledgers), staging: s3Documents(s3, told.staging), now: Date.now };
});
