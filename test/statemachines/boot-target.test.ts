import { everyStateIsVisited } from './coverage.ts';
import { fails, lease, returns } from './fakes.ts';
import { play } from './play.ts';
import { everyFailureHasItsFate } from './recovery.ts';

const held = { lease };

test('a backend is started, waited for, measured and removed', async () => {
  const run = await play('BootTarget', held);
  expect(run.path).toEqual(['Start the backend', 'Wait until it is healthy', 'Measure it', 'Remove it', 'Booted']);
  expect(run.calls.map(({ input }) => input)).toEqual(Array(4).fill({ lease }));
});

test('it is looked at every second at first, then every quarter of a minute, for about an hour', async () => {
  const run = await play('BootTarget', held, { CheckBoot: fails('BootNotReady', 'it still migrates') });
  expect(run).toMatchObject({
    status: 'FAILED',
    error: 'BootNotReady',
    cause: expect.stringContaining('still migrates'),
  });
  const looks = run.calls.filter(({ task }) => task === 'CheckBoot').map(({ second }) => second);
  expect(looks.slice(0, 3)).toEqual([0, 1, 2.2]);
  expect(looks.at(-1)! - looks.at(-2)!).toBe(15);
  expect(run.seconds).toBeGreaterThan(3500);
  expect(run.seconds).toBeLessThan(5400);
  expect(run.callsOf('MeasureBoot')).toBe(0);
});

test.each([
  ['CheckBoot', 'MigrationFailed'],
  ['CheckBoot', 'BootFailed'],
  ['MeasureBoot', 'EncryptionKeyRefused'],
] as const)('%s ends it by %s, and leaves the removal to unwind', async (task, error) => {
  const run = await play('BootTarget', held, { [task]: fails(error) });
  expect(run).toMatchObject({ status: 'FAILED', error });
  expect(run.callsOf('StopBoot')).toBe(0);
});

test('a backend that has only just become healthy may falter once more', async () => {
  const run = await play('BootTarget', held, { MeasureBoot: [fails('BootNotReady'), returns({})] });
  expect(run.status).toBe('SUCCEEDED');
});

everyFailureHasItsFate('BootTarget', () => held);
everyStateIsVisited('BootTarget');
