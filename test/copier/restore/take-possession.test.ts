import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type pg from 'pg';
import { Superseded } from '../../../lib/copier/postgres/fence.ts';
import { openSession } from '../../../lib/copier/postgres/session.ts';
import { loadChunk } from '../../../lib/copier/restore/load-chunk.ts';
import { takePossession } from '../../../lib/copier/restore/take-possession.ts';
import { DoneMark, keys, Plan } from '../../../lib/copier/staged.ts';
import { query, startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, fourChunks, prepareCopying } from '../support/copying.ts';

let cluster: TestCluster;
let copying: Copying;
let first: Plan;
let second: Plan;
let session: pg.Client;
beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  copying = await prepareCopying(cluster, fourChunks);
  await copying.dump();
  await copying.restore();
  first = Plan.parse(JSON.parse((await copying.staging.get(keys.plan(1)))?.toString() ?? ''));
  second = { ...first, id: 'second', attempt: 2 };
  session = await openSession(copying.database('target'), copying.around().signal);
});
afterEach(async () => {
  await session.end();
  await copying.close();
});
afterAll(() => cluster?.close());

const tables = () => query(copying.target, "SELECT FROM pg_tables WHERE schemaname = 'public'");

test('a later attempt empties what the earlier one has left; again it drops nothing', async () => {
  expect(await takePossession(session, copying.input, second)).toMatchObject({ emptied: true });
  expect(await tables()).toEqual([]);
  await query(copying.target, 'CREATE TABLE of_the_second (v int)');
  expect(await takePossession(session, copying.input, second)).toMatchObject({ emptied: false });
  expect(await tables()).toHaveLength(1);
});

test('an earlier attempt takes nothing back', async () => {
  await takePossession(session, copying.input, second);
  await query(copying.target, 'CREATE TABLE of_the_second (v int)');
  await expect(takePossession(session, copying.input, first)).rejects.toBeInstanceOf(Superseded);
  expect(await tables()).toHaveLength(1);
});

test('an earlier epoch’s last attempt is older than a later epoch’s first', async () => {
  await takePossession(session, copying.input, second);
  await query(copying.target, 'UPDATE passage.fence SET epoch = 2');
  const third = { ...first, id: 'third' };
  expect(await takePossession(session, { ...copying.input, epoch: 2 }, third)).toMatchObject({ emptied: true });
});

test('a worker that slept through the change writes nothing into the tables of the next plan', async () => {
  const mark = DoneMark.parse(JSON.parse((await copying.staging.get(keys.done(1, '000001')))?.toString() ?? ''));
  await takePossession(session, copying.input, second);
  await query(copying.target, 'CREATE TABLE t1 (id int, v text)');
  const { run, epoch } = copying.input;
  await expect(
    loadChunk(session, { run, epoch, plan: first.id, attempt: first.attempt }, copying.staging, first, mark),
  ).rejects.toBeInstanceOf(Superseded);
  await session.query('ROLLBACK');
  expect(await query(copying.target, 'SELECT * FROM t1')).toEqual([]);
});
