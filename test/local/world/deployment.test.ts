import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Bucket } from '../../../lib/local/s3/bucket.ts';
import { takeDeployment } from '../../../lib/local/world/deployment.ts';
import { worldPaths } from '../../../lib/local/world/paths.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'passage-deployment-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const mine = { command: 'passage rehearse mine.json', sample: false, migrations: '/deployments/mine' };
const between = (databases: string) => ({ ...mine, databases });
const take = (deployment: typeof mine & { databases?: string }) => takeDeployment(worldPaths(root), deployment);

/** As S3 has it after a run took the lease, or gave it back. */
function writeLedger(holder: { run: string } | null): void {
  const bucket = new Bucket(join(worldPaths(root).service('s3'), 'evidence'), 'evidence');
  const file = bucket.newFile();
  mkdirSync(join(bucket.directory, 'data'), { recursive: true });
  writeFileSync(file, JSON.stringify({ migration: 'mine', holder }));
  const segments = [{ file: file.split('/').at(-1)!, size: 1 }];
  bucket.add('migrations/mine/ledger.json', { modified: 0, size: 1, etag: '"1"', segments, headers: {} });
}

test('a run that ended and was not put back can be so only in its own deployment', () => {
  take(between('a@one:5432/app and b@two:5432/app'));
  writeLedger({ run: 'rehearsal-1' });
  expect(() => take({ ...mine, migrations: '/deployments/other' })).toThrow(
    /^"passage rehearse mine\.json" ended while rehearsal-1 was under way .* between a@one:5432\/app and b@two:5432\/app,/,
  );
  take(between('a@one:5432/app and b@two:5432/app'));
  writeLedger(null);
  take({ ...mine, migrations: '/deployments/other' });
});

test('a file that names another database since is another deployment', () => {
  take(between('a@one:5432/app and b@two:5432/app'));
  writeLedger({ run: 'rehearsal-1' });
  expect(() => take(between('a@one:5432/app and b@three:5432/app'))).toThrow(/rehearsal-1/);
});
