import { everyStateIsVisited } from './coverage.ts';
import { fails, lease, returns, vanishes } from './fakes.ts';
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

const workers = { dump: 'DumpDatabase', restore: 'RestoreDatabase' } as const;

test.each(['dump', 'restore'] as const)('a lost %s worker is replaced in the same execution', async (role) => {
  const lost = (_: unknown, call: number) =>
    call === 0 ? vanishes(3) : returns({ manifest: 'm', tables: 2, rows: 30, bytes: 4000, seconds: 1 });
  const run = await play('CopyDatabase', copy, { [workers[role]]: lost });
  expect(run).toMatchObject({ status: 'SUCCEEDED' });
  // Three beats, 10 s apart, then 45 s of silence, and one second before the next try.
  const tries = run.calls.filter(({ task }) => task === workers[role]);
  expect(tries.map(({ second }) => second)).toEqual([0, 76]);
  expect(tries[1]?.input).toEqual(tries[0]?.input);
  // The other worker was not disturbed.
  expect(run.callsOf(workers[role === 'dump' ? 'restore' : 'dump'])).toBe(1);
});

test.each([
  ['dump', 'dump task'],
  ['restore', 'restore Job'],
] as const)(
  'a %s worker that is lost four times ends the copy; each try may start more slowly',
  async (role, named) => {
    const run = await play('CopyDatabase', copy, {
      DumpDatabase: role === 'dump' ? vanishes(0) : vanishes(90),
      RestoreDatabase: role === 'restore' ? vanishes(0) : vanishes(90),
    });
    expect(run.path).toEqual([...forked, role === 'dump' ? 'Dump worker lost' : 'Restore worker lost']);
    expect(run).toMatchObject({ status: 'FAILED', error: 'WorkerLost', cause: expect.stringContaining(named) });
    const tries = run.calls.filter(({ task }) => task === workers[role]).map(({ second }) => second);
    // 45 s, 90 s, 180 s and 360 s of silence, with 1 s, 2 s and 4 s between.
    expect(tries).toEqual([0, 46, 138, 322]);
    expect(run.seconds).toBe(682);
  },
);

test('each try is an ECS task of its own', async () => {
  const run = await play('CopyDatabase', copy, { DumpDatabase: vanishes(0), RestoreDatabase: vanishes(90) });
  expect(new Set(run.clientTokens).size).toBe(4);
  expect(run.clientTokens.filter((token) => token.length > 64)).toEqual([]);
});

test('a worker that reports all the time is not taken for lost, but has a day at most', async () => {
  const beats = 86_400 / 10;
  const run = await play('CopyDatabase', copy, { DumpDatabase: vanishes(beats), RestoreDatabase: vanishes(beats) });
  expect(run).toMatchObject({ status: 'FAILED', error: 'WorkerLost' });
  expect(run.calls.filter(({ task }) => task === 'DumpDatabase').map(({ second }) => second)[1]).toBe(86_401);
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
