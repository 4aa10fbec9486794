import { everyStateIsVisited } from './coverage.ts';
import { fails, lease, vanishes } from './fakes.ts';
import { play } from './play.ts';
import { everyFailureHasItsFate } from './recovery.ts';

const copy = { lease, copy: 'main' as const, into: 'scratch' as const };
const forked = ['Prepare target', 'Dump and restore', 'Dump', 'Restore'];

test('dumps and restores at the same time, then proves', async () => {
  const run = await play('CopyDatabase', copy);
  expect(run.path).toEqual([...forked, 'Prove that all arrived', 'Copied']);
  expect(run.output).toEqual({ document: 'copy-main', tables: 2, rows: 30, bytes: 4000 });
});

test('hands both workers the input that was prepared for them, and the proof what both answered', async () => {
  const run = await play('CopyDatabase', copy);
  const inputs = Object.fromEntries(run.calls.map(({ task, input }) => [task, input]));
  expect(inputs).toMatchObject({
    PrepareTarget: copy,
    DumpDatabase: { run: 'autumn', epoch: 3, workers: 2 },
    StartRestore: { lease, worker: { workers: 4 } },
    RestoreDatabase: { workers: 4, target: { database: 'scratch' } },
    CompareCopy: { ...copy, dump: { rows: 30 }, restore: { rows: 30 } },
  });
});

test('the dump task bears the name of its run, by which StopWorkers finds it', async () => {
  expect((await play('CopyDatabase', copy)).startedBy).toEqual([lease.run]);
  const long = { ...lease, run: 'a-run-with-a-name-of-forty-characters--x' };
  expect((await play('CopyDatabase', { ...copy, lease: long })).startedBy).toEqual([long.run.slice(0, 36)]);
});

test('a dump worker that stops reporting is noticed after 45 s without a heartbeat', async () => {
  const run = await play('CopyDatabase', copy, { DumpDatabase: vanishes(3), RestoreDatabase: vanishes(30) });
  expect(run.path).toEqual([...forked, 'Dump worker lost']);
  expect(run).toMatchObject({ status: 'FAILED', error: 'WorkerLost', cause: expect.stringContaining('dump task') });
  // Three beats, 10 s apart, then 45 s of silence.
  expect(run.seconds).toBe(75);
});

test('a restore Job that is killed at once is noticed within 60 s', async () => {
  const run = await play('CopyDatabase', copy, { DumpDatabase: vanishes(30), RestoreDatabase: vanishes(0) });
  expect(run.path).toEqual([...forked, 'Restore worker lost']);
  expect(run).toMatchObject({ error: 'WorkerLost', cause: expect.stringContaining('restore Job') });
  expect(run.seconds).toBeLessThan(60);
});

test('a worker that reports all the time is not taken for lost, but has a day at most', async () => {
  const beats = 86_400 / 10;
  const run = await play('CopyDatabase', copy, { DumpDatabase: vanishes(beats), RestoreDatabase: vanishes(beats) });
  expect(run).toMatchObject({ status: 'FAILED', error: 'WorkerLost', seconds: 86_400 });
});

test('when one worker fails, the other is told so by its next heartbeat', async () => {
  const run = await play('CopyDatabase', copy, { DumpDatabase: fails('SnapshotLost'), RestoreDatabase: vanishes(9) });
  expect(run).toMatchObject({ status: 'FAILED', error: 'SnapshotLost', lateAnswers: 1 });
});

test('a difference between source and copy ends the copy by its name', async () => {
  const run = await play('CopyDatabase', copy, { CompareCopy: fails('DataDiffers', '2 differences: users …') });
  expect(run.path.at(-1)).toBe('Prove that all arrived');
  expect(run).toMatchObject({ error: 'DataDiffers', cause: expect.stringContaining('2 differences') });
});

everyFailureHasItsFate('CopyDatabase', () => copy);
everyStateIsVisited('CopyDatabase');
