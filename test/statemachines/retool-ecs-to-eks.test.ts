import { errorNames } from '../../lib/workflow/errors.ts';
import type { MachineName } from '../../lib/workflow/registry.ts';
import { everyStateIsVisited } from './coverage.ts';
import { asks, fails, lease, returns, vanishes } from './fakes.ts';
import { type Part, play } from './play.ts';
import { everyFailureHasItsFate } from './recovery.ts';

const rehearsal = { migration: 'acme-retool', mode: 'rehearsal' as const, reason: 'Monday' };
const cutover = { ...rehearsal, mode: 'cutover' as const, reason: 'CHG-1042' };

const looked = ['Take the lease', 'Look at both sides', 'Is this preflight alone?'];
const rehearsed = [
  'Is this a rehearsal?',
  'Copy into the scratch database',
  'Is the target booted?',
  'Boot the target',
  'Record the rehearsal',
  'Clean up',
  'Cleaned up',
];
const switched = [
  'Is this a rehearsal?',
  'Admit the cutover',
  'Ask for go',
  'Look again',
  'Freeze',
  'Copy into the target',
  'Prove that the application can write',
  'Start the target',
  'Wait until the target is ready',
  'Ask for switch',
  'Switch',
  'Write the report',
  'Release the lease',
  'Cut over',
];

/** The whole journey, every machine of it played for real. */
test('a rehearsal copies into a scratch database, records what it measured and cleans up', async () => {
  const run = await play('RetoolEcsToEks', rehearsal);
  expect(run.path).toEqual([...looked, ...rehearsed]);
  expect(run.output).toEqual({ run: 'autumn' });
  expect(run.parts.map(({ machine, status }) => [machine, status])).toEqual([
    ['Preflight', 'SUCCEEDED'],
    ['CopyDatabase', 'SUCCEEDED'],
    ['BootTarget', 'SUCCEEDED'],
    ['Unwind', 'SUCCEEDED'],
  ]);
  expect(run.callsOf('ReleaseLease')).toBe(1);
});

test('a rehearsal that is to copy only boots nothing', async () => {
  const run = await play('RetoolEcsToEks', { ...rehearsal, level: 'copy' });
  expect(run.path).toEqual([...looked, ...rehearsed.filter((state) => state !== 'Boot the target')]);
  expect(run.callsOf('StartBoot')).toBe(0);
});

test('a target that does not boot is no green rehearsal', async () => {
  const run = await play('RetoolEcsToEks', rehearsal, { CheckBoot: fails('MigrationFailed', 'column "sid"') });
  expect(run).toMatchObject({ status: 'FAILED', error: 'MigrationFailed', cause: expect.stringContaining('sid') });
  expect(run.callsOf('RecordRehearsal')).toBe(0);
});

test('preflight alone looks, cleans up and ends', async () => {
  const run = await play('RetoolEcsToEks', { ...rehearsal, mode: 'preflight' });
  expect(run.path).toEqual([...looked, 'Clean up', 'Cleaned up']);
  expect(run.parts.map(({ machine, status }) => [machine, status])).toEqual([
    ['Preflight', 'SUCCEEDED'],
    ['Unwind', 'SUCCEEDED'],
  ]);
  expect(run.callsOf('PrepareTarget')).toBe(0);
  expect(run.callsOf('ReleaseLease')).toBe(1);
});

test('a rehearsal neither asks anybody, nor freezes, nor touches the target application or DNS', async () => {
  const run = await play('RetoolEcsToEks', rehearsal);
  const forbidden = ['OpenApproval', 'StopSource', 'FenceSource', 'StartTarget', 'ChangeDns', 'OpenGate'] as const;
  expect(forbidden.filter((task) => run.callsOf(task) > 0)).toEqual([]);
});

test('a cutover is admitted, approved, frozen, copied, approved again and switched', async () => {
  const run = await play('RetoolEcsToEks', cutover);
  expect(run.path).toEqual([...looked, ...switched]);
  expect(run.output).toEqual({ run: 'autumn' });
  expect(run.parts.map(({ machine }) => machine)).toEqual([
    'Preflight',
    'RequestApproval',
    'Preflight',
    'Freeze',
    'CopyDatabase',
    'RequestApproval',
    'SwitchDns',
  ]);
});

test('the lease and the deadlines that were taken at the start go to every part', async () => {
  const run = await play('RetoolEcsToEks', cutover);
  expect(run.calls.find(({ task }) => task === 'TakeLease')?.input).toEqual({
    request: cutover,
    execution: 'arn:aws:states:us-east-1:111111111111:execution:RetoolEcsToEks:autumn',
    startedAt: '2026-03-01T10:00:00Z',
  });
  expect(run.calls.filter(({ task }) => task === 'OpenApproval').map(({ input }) => input)).toMatchObject([
    { lease, subject: 'go', seconds: 3600, redriven: 0 },
    { lease, subject: 'switch', seconds: 1800, redriven: 0 },
  ]);
  expect(run.calls.find(({ task }) => task === 'PrepareTarget')?.input).toEqual({
    lease,
    copy: 'main',
    into: 'target',
  });
});

test('a blocker of preflight stops the run before anything is copied', async () => {
  const run = await play('RetoolEcsToEks', cutover, { RunPreflight: fails('PreflightBlocked') });
  expect(run.path).toEqual(['Take the lease', 'Look at both sides', 'Failed in a part']);
  expect(run).toMatchObject({ status: 'FAILED', error: 'PreflightBlocked' });
  expect(run.callsOf('PrepareTarget')).toBe(0);
});

test('what people said yes to must still be so: a world that changed meanwhile stops the run before the freeze', async () => {
  const run = await play('RetoolEcsToEks', cutover, {
    RunPreflight: ({ look }) =>
      look === 'last' ? fails('WorldChanged', 'image tag') : returns({ document: 'preflight', warnings: 0 }),
  });
  expect(run.path.slice(-3)).toEqual(['Ask for go', 'Look again', 'Failed in a part']);
  expect(run).toMatchObject({ error: 'WorldChanged', cause: expect.stringContaining('image tag') });
  expect(run.callsOf('StopSource')).toBe(0);
});

test('a cutover without a green rehearsal asks nobody and stops nothing', async () => {
  const run = await play('RetoolEcsToEks', cutover, { AdmitCutover: fails('RehearsalMissing') });
  expect(run.path).toEqual([...looked, 'Is this a rehearsal?', 'Admit the cutover']);
  expect(run.parts.map(({ machine }) => machine)).toEqual(['Preflight']);
});

test('"go" is asked before anything is stopped: a "no" leaves the source untouched', async () => {
  const run = await play('RetoolEcsToEks', cutover, { ReadApproval: fails('ApprovalRejected', 'rejected by carol') });
  expect(run.path).toEqual([...looked, 'Is this a rehearsal?', 'Admit the cutover', 'Ask for go', 'Failed in a part']);
  expect(run).toMatchObject({
    status: 'FAILED',
    error: 'ApprovalRejected',
    cause: expect.stringContaining('rejected by carol'),
  });
  expect(run.callsOf('StopSource')).toBe(0);
});

test('a "switch" that nobody decided by its deadline ends before DNS is touched', async () => {
  const run = await play('RetoolEcsToEks', cutover, {
    OpenApproval: ({ subject }) => asks({ approval: `autumn-${subject}` }, subject === 'switch' ? 'never' : 5),
    ReadApproval: ({ subject }) =>
      subject === 'switch' ? fails('ApprovalExpired') : returns({ approval: 'autumn-go', by: [] }),
  });
  expect(run.path.slice(-2)).toEqual(['Ask for switch', 'Failed in a part']);
  expect(run.error).toBe('ApprovalExpired');
  expect(run.callsOf('ChangeDns')).toBe(0);
});

test('a worker that is lost deep inside is the error at the top', async () => {
  const run = await play('RetoolEcsToEks', rehearsal, { RestoreDatabase: vanishes(0) });
  expect(run.path.slice(-2)).toEqual(['Copy into the scratch database', 'Failed in a part']);
  expect(run).toMatchObject({ error: 'WorkerLost', cause: expect.stringContaining('restore Job stopped reporting') });
});

test('the target is waited for while it migrates its schema', async () => {
  const starting = fails('TargetNotReady');
  const run = await play('RetoolEcsToEks', cutover, { CheckTargetReady: [starting, starting, returns({})] });
  expect(run.path).toEqual([...looked, ...switched]);
});

/** States that run a part, with the mode in which they are reached and the part itself. */
const partsOf: readonly (readonly [string, typeof rehearsal | typeof cutover, MachineName])[] = [
  ['Look at both sides', rehearsal, 'Preflight'],
  ['Copy into the scratch database', rehearsal, 'CopyDatabase'],
  ['Boot the target', rehearsal, 'BootTarget'],
  ['Clean up', rehearsal, 'Unwind'],
  ['Ask for go', cutover, 'RequestApproval'],
  ['Freeze', cutover, 'Freeze'],
  ['Copy into the target', cutover, 'CopyDatabase'],
  ['Switch', cutover, 'SwitchDns'],
];
const playWith = (input: typeof rehearsal | typeof cutover, part: MachineName, how: Part) =>
  play('RetoolEcsToEks', input, {}, { [part]: how });

describe('a part that fails', () => {
  test.each(partsOf)('"%s": its error and cause are those of the journey', async (state, input, part) => {
    const run = await playWith(input, part, { ends: 'badly', error: 'LeaseLost', cause: 'taken over' });
    expect(run.path.slice(-2)).toEqual([state, 'Failed in a part']);
    expect(run).toMatchObject({ status: 'FAILED', error: 'LeaseLost', cause: 'taken over' });
    expect(errorNames).toContain(run.error);
  });

  test.each(partsOf)('"%s": stopped by somebody, it says so and names the execution', async (state, input, part) => {
    const run = await playWith(input, part, { ends: 'aborted' });
    expect(run.path.slice(-2)).toEqual([state, 'Failed in a part']);
    expect(run).toMatchObject({ status: 'FAILED', error: 'ABORTED' });
    expect(run.cause).toContain(`:execution:${part}:`);
  });

  test.each(partsOf)('"%s": too slow, it says so and names the execution', async (state, input, part) => {
    const run = await playWith(input, part, { ends: 'too late' });
    expect(run.path.slice(-2)).toEqual([state, 'Failed in a part']);
    expect(run.status).toBe('FAILED');
    expect(run.error).toMatch(/^(TIMED_OUT|States\.Timeout)$/);
    expect(run.cause).toContain(`:execution:${part}:`);
  });
});

const well = { ends: 'well' } as const;
everyFailureHasItsFate('RetoolEcsToEks', (state) => (rehearsed.includes(state) ? rehearsal : cutover), {
  Preflight: well,
  CopyDatabase: well,
  BootTarget: well,
  Unwind: well,
  RequestApproval: well,
  Freeze: well,
  SwitchDns: well,
});
everyStateIsVisited('RetoolEcsToEks');
