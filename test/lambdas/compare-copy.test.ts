import { compareCopy } from '../../lambdas/compare-copy/handler.ts';
import { recordRehearsal } from '../../lambdas/record-rehearsal/handler.ts';
import { seal } from '../../lib/copier/sealed.ts';
import type { Manifest, TargetProof } from '../../lib/copier/staged.ts';
import { keys } from '../../lib/domain/run.ts';
import { CopyProof } from '../../lib/workflow/documents/proofs.ts';
import { copyProof, later, lease, noon } from '../support/run-documents.ts';
import { type Account, call, refusedBy, withRun } from './account.ts';

const proved: TargetProof = {
  located: [],
  catalog: { objects: 7, differences: [], remarks: ['Stored otherwise.'] },
};

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
  ...(role === 'restore' && { proof: proved }),
});

const answer = (role: string) => ({ manifest: `${role}.json`, tables: 1, rows: 3, bytes: 300, seconds: 4 });

function copied(target: string, more: Partial<Manifest> = {}): Account {
  const it = withRun();
  it.staging.tamper('dump.json', seal(manifest('dump', '1')).toString());
  it.staging.tamper('restore.json', seal({ ...manifest('restore', target), ...more }).toString());
  it.setLedger({ saved: { ...it.ledger().saved, restoring: { database: 'retool', into: 'target' } } });
  return it;
}
const compare = (of: Account) =>
  compareCopy.run(of, { lease, copy: 'main', into: 'target', dump: answer('dump'), restore: answer('restore') }, call);
const proof = (of: Account) => CopyProof.parse(of.documents.json(keys.document(lease.run, 'copy-main')));

test('equal contents are proved table by table', async () => {
  const it = copied('1');
  expect(await compare(it)).toEqual({ document: 'copy-main', tables: 1, rows: 3, bytes: 300 });
  expect(proof(it)).toMatchObject({
    database: 'retool',
    differences: [],
    tables: [{ equal: true }],
    catalog: { objects: 7, remarks: ['Stored otherwise.'] },
  });
});

test('each row that differs is named by its table and its key, in the evidence and in the error', async () => {
  const row = (id: number) => ({ kind: 'changed' as const, key: `id = ${id}`, columns: ['email'] });
  const located = [
    {
      table: 'public.users',
      key: ['id'],
      ...{ missing: 1, unexpected: 0, changed: 12, duplicated: 0 },
      rows: [{ kind: 'missing' as const, key: 'id = 7' }, ...Array.from({ length: 12 }, (_, at) => row(at + 20))],
    },
  ];
  const it = copied('7', { proof: { ...proved, located } });
  await expect(compare(it)).rejects.toEqual(
    refusedBy(
      'DataDiffers',
      /public\.users has 3 rows on both sides, .* Row id = 7 is missing; row id = 20 changed in email/,
    ),
  );
  expect(proof(it).differences).toEqual([
    expect.stringMatching(/id = 28 changed in email; and 3 more \(1 missing, 12 changed\)\.$/),
  ]);
});

test('a catalog that differs is DataDiffers, though every row is equal', async () => {
  const message = 'INDEX public.users_email is missing at the target.';
  const differences = [{ kind: 'missing' as const, object: 'INDEX public.users_email', message }];
  const it = copied('1', { proof: { ...proved, catalog: { ...proved.catalog, differences } } });
  await expect(compare(it)).rejects.toEqual(refusedBy('DataDiffers', /INDEX public\.users_email is missing/));
  expect(proof(it)).toMatchObject({ differences: [message], tables: [{ equal: true }] });
});

test('a restore that compared no catalog proves nothing', async () => {
  await expect(compare(copied('1', { proof: undefined }))).rejects.toEqual(refusedBy('ChunkDamaged', /catalog/));
});

test('what the source has and no copy holds, and what the target refused, is in the proof', async () => {
  const it = copied('1');
  const roles = { what: '1 roles: app', because: 'roles belong to a server' };
  const trigger = { what: '1 × event trigger: watch', because: 'permission denied' };
  it.staging.tamper('dump.json', seal({ ...manifest('dump', '1'), leftOut: [roles] }).toString());
  it.staging.tamper('restore.json', seal({ ...manifest('restore', '1'), leftOut: [trigger] }).toString());
  await compare(it);
  expect(proof(it).leftOut).toEqual([roles, trigger]);
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
