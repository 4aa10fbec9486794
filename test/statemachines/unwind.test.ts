import { everyStateIsVisited } from './coverage.ts';
import { fails, lease, returns } from './fakes.ts';
import { play } from './play.ts';
import { everyFailureHasItsFate } from './recovery.ts';

const whole = [
  'Take over',
  'Stop the workers',
  'Remove the booted backend',
  'Was more changed than the copy?',
  'Close the target',
  'Put DNS back',
  'Open the source database',
  'Start the source services',
  'Drop the copy',
  'Empty the staging',
  'Write the files',
  'Write the report',
  'Release the lease',
  'As before',
];

test('puts everything back from the name of the migration alone, with the lease that it took over', async () => {
  const later = { ...lease, epoch: 4 };
  const run = await play(
    'Unwind',
    { migration: 'acme-retool' },
    { BeginUnwind: returns({ lease: later, changed: true }) },
  );
  expect(run.path).toEqual(whole);
  const [first, ...rest] = run.calls;
  expect(first?.input).toEqual({
    migration: 'acme-retool',
    execution: 'arn:aws:states:us-east-1:111111111111:execution:Unwind:autumn',
  });
  expect(rest.map(({ input }) => input)).toEqual(Array(rest.length).fill({ lease: later }));
});

test('goes on with the lease of the run that asks for it', async () => {
  const run = await play('Unwind', { migration: 'acme-retool', lease });
  expect(run.path).toEqual(whole);
  expect(run.calls[0]?.input).toMatchObject({ migration: 'acme-retool', lease });
});

test('after a rehearsal only the copy is left to remove', async () => {
  const run = await play(
    'Unwind',
    { migration: 'acme-retool', lease },
    { BeginUnwind: returns({ lease, changed: false }) },
  );
  expect(run.path).toEqual([...whole.slice(0, 4), ...whole.slice(8)]);
});

test('closes the target and puts DNS back before the source may be written again', async () => {
  const run = await play('Unwind', { migration: 'acme-retool' });
  const order = run.calls.map(({ task }) => task);
  const opened = order.indexOf('UnfenceSource');
  for (const before of ['StopWorkers', 'StopTarget', 'RestoreDns'] as const) {
    expect(order.indexOf(before)).toBeLessThan(opened);
  }
  expect(order.indexOf('StartSource')).toBeGreaterThan(opened);
});

test("waits for the former holder's last effect before it begins", async () => {
  const inFlight = fails('EffectInFlight');
  const run = await play(
    'Unwind',
    { migration: 'acme-retool' },
    { BeginUnwind: [inFlight, inFlight, returns({ lease, changed: true })] },
  );
  expect(run.path).toEqual(whole);
  expect(run.calls[1]).toMatchObject({ task: 'BeginUnwind', second: 5 });
});

test.each(['StopTarget', 'RestoreDns'] as const)('when %s fails, the source stays fenced', async (task) => {
  const run = await play('Unwind', { migration: 'acme-retool' }, { [task]: fails('ServiceUnavailable') });
  expect(run).toMatchObject({ status: 'FAILED', error: 'ServiceUnavailable' });
  expect(run.callsOf('UnfenceSource') + run.callsOf('StartSource') + run.callsOf('ReleaseLease')).toBe(0);
});

test('pods of the target that do not end are waited for, and then keep the gate closed but not the source', async () => {
  const still = fails('TargetStillRunning');
  const soon = await play('Unwind', { migration: 'acme-retool' }, { StopTarget: [still, still, returns({})] });
  expect(soon).toMatchObject({ status: 'SUCCEEDED', path: whole });
  expect(soon.callsOf('StopTarget')).toBe(3);
  const never = await play('Unwind', { migration: 'acme-retool' }, { StopTarget: still });
  expect(never).toMatchObject({ status: 'SUCCEEDED', path: whole });
  expect([never.callsOf('StopTarget'), never.callsOf('UnfenceSource')]).toEqual([8, 1]);
});

test('a report that cannot be written does not keep the migration from its next run', async () => {
  const run = await play('Unwind', { migration: 'acme-retool' }, { WriteReport: fails('InvalidOutput') });
  expect(run).toMatchObject({ status: 'SUCCEEDED', path: whole });
});

everyFailureHasItsFate('Unwind', () => ({ migration: 'acme-retool' }));
everyStateIsVisited('Unwind');
