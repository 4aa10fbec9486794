import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { contentsOf, differences } from '../../benchmark/contents.ts';
import { benchmarkCopy } from '../../benchmark/copy.ts';
import { endedChildrenSeconds, serverSeconds } from '../../benchmark/processor-time.ts';
import { benchmarkResume } from '../../benchmark/resume.ts';
import { openStage, type Stage } from '../../benchmark/stage.ts';
import { createSampleSource, createSampleTarget } from '../../lib/local/sample/database.ts';
import { sampleSizes } from '../../lib/local/sample/size.ts';
import { query, startTestCluster, type TestCluster } from '../support/postgres.ts';

// A dozen copies by real processes, on a machine that may be busy: a limit for hangs, not a measure.
jest.setTimeout(240_000);

const passwords = { master: 'master-password', retool: 'retool-password', passage: 'passage-password' };
const rows = {
  ...sampleSizes.small.rows,
  ...{ users: 100, pages: 10, pageSaves: 50, components: 30 },
  ...{ auditTrailEvents: 500, workflowRuns: 100, blockResults: 200, small: 5 },
};
const folder = mkdtempSync(join(tmpdir(), 'benchmark-test-'));
let clusters: TestCluster[] = [];
let stage: Stage;
let application: Parameters<typeof query>[0];

beforeAll(async () => {
  clusters = await Promise.all([startTestCluster(), startTestCluster()]);
  const [from, to] = clusters as [TestCluster, TestCluster];
  const source = await createSampleSource(from, { encryptionKey: 'key', passwords, rows });
  const target = await createSampleTarget(to, { passwords });
  application = source.application;
  stage = await openStage(
    { source: { cluster: from, login: source.passage }, target: { cluster: to, login: target.master } },
    folder,
  );
});
afterAll(async () => {
  await stage?.close();
  expect(readdirSync(folder)).toEqual([]);
  await Promise.all(clusters.map((cluster) => cluster.close()));
  rmSync(folder, { recursive: true });
});

const cells = (markdown: string) =>
  markdown.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test('every contestant copies every row, and has its row in the table', async () => {
  const said: string[] = [];
  const [head, rule, guide, twoJobs, passage, ...more] = cells(
    await benchmarkCopy(stage, 1, (line) => void said.push(line)),
  );
  expect(head?.slice(0, 4)).toEqual(['copy', 'time, s', 'ratio, by round', 'of it proof, s']);
  expect(rule).toHaveLength(head!.length);
  expect([guide, twoJobs, passage].map((row) => row?.[0])).toEqual([
    '`pg_dump -Fc`, file copied twice, `pg_restore`',
    '`pg_dump -Fd -j2`, `pg_restore -j2`',
    'Passage, proof included',
  ]);
  expect(guide?.[2]).toBe('1.00');
  expect(guide?.[3]).toBe('–');
  expect(passage?.[3]).toMatch(/^\d+\.\d$/);
  expect(passage?.at(-1)).toMatch(/^dump \d+, restore \d+$/);
  expect(more).toEqual([]);
  expect(said).toHaveLength(3);
});

test('a worker that is killed is started again, and the copy is proved equal', async () => {
  const [head, , dump, restore, undisturbed] = cells(await benchmarkResume(stage, 1, () => {}, [0.5]));
  expect(head?.slice(1)).toEqual(['killed at 50 %']);
  expect([dump?.[0], restore?.[0], undisturbed?.[0]]).toEqual(['dump', 'restore', 'undisturbed, s']);
  for (const row of [dump, restore]) expect(Number(row?.[1])).toBeGreaterThan(0);
});

test('a copy that lacks a row, or has another, is no figure', async () => {
  const before = await contentsOf(stage.source.login);
  expect(differences(before, await contentsOf(stage.source.login))).toEqual([]);
  await query(application, `UPDATE pages SET name = 'another' WHERE id = 1; DELETE FROM user_invites WHERE id = 1`);
  expect(differences(before, await contentsOf(stage.source.login))).toEqual(['public.pages', 'public.user_invites']);
});

const onLinux = existsSync('/proc/self/stat') ? test : test.skip;
onLinux("a server's processor time holds that of sessions which have ended", async () => {
  const { pid } = stage.source.cluster;
  const before = serverSeconds(pid)!;
  const more = () => serverSeconds(pid)! - before;
  // A fast machine has to calculate for more sessions than a slow one.
  for (let session = 0; session < 20 && more() <= 0.05; session += 1) {
    await query(application, 'SELECT sum(sqrt(n)) FROM generate_series(1, 2000000) n');
  }
  expect(more()).toBeGreaterThan(0.05);
});

onLinux("a process's ended children are those that it has collected", () => {
  const before = endedChildrenSeconds()!;
  const counting = 'for (let n = 0; process.cpuUsage().user < 100_000; n += 1);';
  expect(spawnSync(process.execPath, ['-e', counting]).status).toBe(0);
  expect(endedChildrenSeconds()! - before).toBeGreaterThan(0.08);
});

onLinux("a server's processor time does not fall in the moment in which a session ends", async () => {
  const { pid } = stage.source.cluster;
  const sessions = Array.from({ length: 20 }, () =>
    query(application, 'SELECT sum(sqrt(n)) FROM generate_series(1, 300000) n'),
  );
  let ended = false;
  const all = Promise.all(sessions).finally(() => {
    ended = true;
  });
  const seen: number[] = [];
  while (!ended) {
    seen.push(serverSeconds(pid)!);
    await new Promise(setImmediate);
  }
  await all;
  seen.push(serverSeconds(pid)!);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});
