import { everyStateIsVisited } from './coverage.ts';
import { fails, lease, returns } from './fakes.ts';
import { play } from './play.ts';
import { everyFailureHasItsFate } from './recovery.ts';

const whole = [
  'Stop the source services',
  'Wait until they are gone',
  'Fence the source database',
  'Prove the fence',
  'Frozen',
];

test('stops the services, waits until they are gone, then fences and proves', async () => {
  const run = await play('Freeze', { lease });
  expect(run.path).toEqual(whole);
  expect(run.calls.map(({ task }) => task)).toEqual(['StopSource', 'CheckSourceStopped', 'FenceSource', 'ProveFence']);
  expect(run.output).toEqual({ lease });
});

test('looks again until the last task has gone: after 1, 1.5 and 2.25 s', async () => {
  const running = fails('SourceStillRunning');
  const run = await play('Freeze', { lease }, { CheckSourceStopped: [running, running, running, returns({})] });
  expect(run.path).toEqual(whole);
  expect(run.calls.filter(({ task }) => task === 'CheckSourceStopped').map(({ second }) => second)).toEqual([
    0, 1, 2.5, 4.75,
  ]);
});

test('waits longer for the services than the 120 s that Fargate may take to stop a task', async () => {
  const run = await play('Freeze', { lease }, { CheckSourceStopped: fails('SourceStillRunning') });
  expect(run).toMatchObject({ status: 'FAILED', error: 'SourceStillRunning' });
  expect(run.seconds).toBeGreaterThan(120);
  expect(run.callsOf('FenceSource')).toBe(0);
});

test('a fence that does not hold ends the freeze', async () => {
  const run = await play('Freeze', { lease }, { ProveFence: fails('FenceFailed', 'retool could still write') });
  expect(run.path.at(-1)).toBe('Prove the fence');
  expect(run).toMatchObject({ error: 'FenceFailed', cause: expect.stringContaining('retool could still write') });
});

everyFailureHasItsFate('Freeze', () => ({ lease }));
everyStateIsVisited('Freeze');
