import { compareCopy } from '../../lambdas/compare-copy/handler.ts';
import { recordRehearsal } from '../../lambdas/record-rehearsal/handler.ts';
import { seal } from '../../lib/copier/sealed.ts';
import type { Manifest } from '../../lib/copier/staged.ts';
import { keys } from '../../lib/domain/run.ts';
import { CopyProof } from '../../lib/workflow/documents.ts';
import { copyProof, later, lease, noon } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const manifest = (role: Manifest['role'], hash: string): Manifest => ({
  role,
  run: lease.run,
  epoch: 1,
  copy: 'main',
  attempt: 1,
  plan: 'p',
  snapshot: 's',
  serverVersion: 150_000,
  tables: [{ schema: 'public', name: 'users', rows: 3, bytes: 300, hash: [hash, '2'], seconds: 1, chunks: 1 }],
  sequences: [],
  largeObjects: { count: 0, bytes: 0, hash: ['0', '0'] },
  startedAt: noon,
  finishedAt: later(role === 'dump' ? 4 : 6),
  seconds: 4,
  memoryBytes: 100_000_000,
  cpuSeconds: 1.5,
  sessionSeconds: 4,
  proofSeconds: 1,
  largestRowBytes: 200,
  incidents: [],
});

const answer = (role: string) => ({ manifest: `${role}.json`, tables: 1, rows: 3, bytes: 300, seconds: 4 });

function copied(target: string): Account {
  const it = withRun();
  it.staging.tamper('dump.json', seal(manifest('dump', '1')).toString());
  it.staging.tamper('restore.json', seal(manifest('restore', target)).toString());
  it.setLedger({ saved: { ...it.ledger().saved, restoring: { database: 'retool', into: 'target' } } });
  return it;
}
const compare = (of: Account) =>
  compareCopy.run(of, { lease, copy: 'main', into: 'target', dump: answer('dump'), restore: answer('restore') }, call);
const proof = (of: Account) => CopyProof.parse(of.documents.json(keys.document(lease.run, 'copy-main')));

test('equal contents are proved table by table', async () => {
  const it = copied('1');
  expect(await compare(it)).toEqual({ document: 'copy-main', tables: 1, rows: 3, bytes: 300 });
  expect(proof(it)).toMatchObject({ database: 'retool', differences: [], tables: [{ equal: true }] });
});

test('the same number of rows with other contents is DataDiffers, and the table is named', async () => {
  const it = copied('7');
  await expect(compare(it)).rejects.toEqual(refusedBy('DataDiffers', /public\.users/));
  expect(proof(it)).toMatchObject({
    tables: [{ equal: false }],
    differences: [expect.stringContaining('public.users')],
  });
});

test('a manifest that is gone from staging is ChunkDamaged', async () => {
  const it = copied('1');
  await it.staging.remove(['restore.json']);
  await expect(compare(it)).rejects.toEqual(refusedBy('ChunkDamaged', /restore\.json/));
});

test('a rehearsal leaves its prediction in the ledger, where a cutover finds it', async () => {
  const it = withRun('rehearsal');
  it.documents.tamper(keys.document(lease.run, 'copy-main'), copyProof());
  await recordRehearsal.run(it, { lease }, call);
  const { lastRehearsal } = it.ledger();
  expect(lastRehearsal).toMatchObject({ run: lease.run, copySeconds: 8 });
  expect(lastRehearsal!.predictedFreezeSeconds.low).toBeGreaterThan(0);
  expect(lastRehearsal!.predictedFreezeSeconds.high).toBeGreaterThan(lastRehearsal!.predictedFreezeSeconds.low);
});

test.each([
  ['that was altered', manifest('restore', '1'), (text: string) => text.replace('"rows":3', '"rows":4'), /checksum/],
  ['of another plan', { ...manifest('restore', '1'), plan: 'q' }, (text: string) => text, /plan q/],
])('a manifest %s is ChunkDamaged', async (_, other, change, message) => {
  const it = copied('1');
  it.staging.tamper('restore.json', change(seal(other).toString()));
  await expect(compare(it)).rejects.toEqual(refusedBy('ChunkDamaged', message));
});
