import { S3Client } from '@aws-sdk/client-s3';
import { type Documents, s3Documents } from '../../lib/adapters/documents.ts';
import type { Evidence } from '../../lib/adapters/evidence.ts';
import { evidenceBucket } from '../../lib/adapters/evidence-bucket.ts';
import type { Ledgers } from '../../lib/adapters/ledger.ts';
import { proveCopy } from '../../lib/copier/copy-proof.ts';
import { unseal } from '../../lib/copier/sealed.ts';
import { Manifest } from '../../lib/copier/staged.ts';
import { plural } from '../../lib/domain/quantities.ts';
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

export const compareCopy = task('CompareCopy')(async ({ ledgers, evidence, staging, now }: Deps, input) => {
  const { lease, copy, into, dump, restore } = input;
  await ledgers.held(lease);
  const read = async ({ manifest: key }: typeof dump) => {
    const stored = await staging.text(key);
    if (!stored) throw new WorkflowError('ChunkDamaged', `The manifest ${key} is not in staging any more; copy again.`);
    return { key, manifest: unseal(Manifest, stored, key) };
  };
  const measured = proveCopy(lease.run, ...(await Promise.all([read(dump), read(restore)])));
  const { restoring } = (await ledgers.held(lease)).saved;
  const proof = await evidence.write(lease.run, `copy-${copy}`, {
    copy,
    into,
    database: restoring?.database ?? '',
    provedAt: new Date(now()).toISOString(),
    rows: dump.rows,
    bytes: dump.bytes,
    stagedBytes: await staging.size(stagingKeys.copy(lease.run, copy, into, lease.epoch)),
    ...measured.proof,
  });
  if (measured.differences > 0) {
    throw new WorkflowError(
      'DataDiffers',
      `${plural(measured.differences, 'difference')} between source and copy: ${proof.differences.slice(0, 5).join(' ')} The copy must not be used.`,
    );
  }
  return { document: `copy-${copy}`, tables: measured.proof.tables.length, rows: dump.rows, bytes: dump.bytes };
});

export const handler = onLambda(compareCopy, (environment) => {
  const s3 = new S3Client({});
  return { ...evidenceBucket(s3, environment.ledgers), staging: s3Documents(s3, environment.staging), now: Date.now };
});
