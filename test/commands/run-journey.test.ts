import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from '@jest/globals';
import type { Execution } from '../../lib/adapters/executions.ts';
import { exitCodes } from '../../lib/commands/command.ts';
import { untilReleased } from '../../lib/commands/put-back.ts';
import { type Journey, seeThrough } from '../../lib/commands/run-journey.ts';
import type { SimulatedAccount } from '../../lib/commands/simulated-account.ts';

const execution = 'arn:aws:states:eu-central-1:111111111111:execution:passage-retool-ecs-to-eks:cutover-1';
const run = { execution, migration: 'acme' };

/** An account in which the run ends at the second look, or once it is stopped. */
function account(pointOfNoReturn: string | null, end: Partial<Execution> = {}) {
  const stopped: unknown[] = [];
  let looks = 0;
  const describe = async () => {
    looks += 1;
    const status = stopped.length > 0 ? 'ABORTED' : looks > 2 ? 'SUCCEEDED' : 'RUNNING';
    return { arn: execution, status, error: null, cause: null, ...(looks > 2 ? end : {}) };
  };
  const fake = {
    executions: { describe, history: async () => [] },
    ledgers: { read: async () => ({ holder: null, pointOfNoReturn }) },
    evidence: { read: async () => null, text: async () => null },
    sfn: { send: async (command: unknown) => stopped.push(command) },
  };
  return { fake: fake as unknown as SimulatedAccount, stopped };
}

async function interrupted(pointOfNoReturn: string | null, onInterrupt?: Journey['onInterrupt']) {
  const { fake, stopped } = account(pointOfNoReturn);
  const lines: string[] = [];
  const console = { line: (text = '') => lines.push(text), live() {}, columns: 80, isTerminal: false };
  const journey = { account: fake, console, signal: AbortSignal.abort(), directory: '.passage' };
  const code = await seeThrough({ ...journey, ...(onInterrupt && { onInterrupt }) }, run);
  return { code, stopped, said: lines.join('\n') };
}

test('Ctrl-C stops a run that can be put back', async () => {
  const { code, stopped, said } = await interrupted(null);
  expect(stopped).toEqual([expect.any(StopExecutionCommand)]);
  expect(said).toMatch(/^Stopping\./);
  expect(code).toBe(exitCodes.interrupted);
});

test('past the point of no return it stops nothing, says so, and the run is shown to its end', async () => {
  const { code, stopped, said } = await interrupted('2026-01-05T09:00:00.000Z');
  expect(stopped).toEqual([]);
  expect(said).toBe('Not stopping: the run has passed its point of no return, and is shown to its end.');
  expect(code).toBe(exitCodes.interrupted);
});

test('a command that the run is not for leaves it as it is', async () => {
  const { code, stopped, said } = await interrupted(null, 'leave');
  expect(stopped).toEqual([]);
  expect(said).toMatch(
    /^Run cutover-1 was not stopped: it goes on .* put back by a "no": npm run cutover -- --reject-as/,
  );
  expect(code).toBe(exitCodes.interrupted);
});

test('why a machine within the journey failed is said in words, however deep its cause lies', async () => {
  const lambda = JSON.stringify({ errorType: 'DataDiffers', errorMessage: 'public.users differs.' });
  const nested = JSON.stringify({ Status: 'FAILED', Cause: JSON.stringify({ Status: 'FAILED', Cause: lambda }) });
  const { fake } = account(null, { status: 'FAILED', error: 'DataDiffers', cause: nested });
  const lines: string[] = [];
  const console = { line: (text = '') => lines.push(text), live() {}, columns: 80, isTerminal: false };
  const signal = new AbortController().signal;
  const code = await seeThrough({ account: fake, console, signal, directory: '.passage' }, run);
  expect(lines).toEqual(['DataDiffers: public.users differs.']);
  expect(code).toBe(exitCodes.target);
});

test.each([
  [3, '2 steps were over before; it goes on at "C".'],
  [2, '1 step was over before; it goes on at "B".'],
  [1, 'It goes on at "A".'],
])('of a run that is taken up after %d steps, those of before are one line', async (entered, said) => {
  const { fake } = account(null);
  const history = ['A', 'B', 'C'].slice(0, entered).map((name, index) => ({
    id: index + 1,
    type: 'TaskStateEntered',
    timestamp: new Date(2026, 0, 5),
    stateEnteredEventDetails: { name },
  }));
  const executions = { ...fake.executions, history: async () => history } as unknown as SimulatedAccount['executions'];
  const lines: string[] = [];
  const console = { line: (text = '') => lines.push(text), live() {}, columns: 80, isTerminal: false };
  const journey = { console, signal: new AbortController().signal, directory: '.passage', takenUp: true };
  await seeThrough({ ...journey, account: { ...fake, executions } }, run);
  expect(lines).toEqual([said]);
});

test('at Ctrl-C nobody waits for an unwind that it did not ask for', async () => {
  const ledgers = { read: async () => ({ holder: { run: 'cutover-1' }, pointOfNoReturn: null }) };
  const console = { line() {}, live() {}, columns: 80, isTerminal: false };
  const released = untilReleased(
    { ledgers } as unknown as SimulatedAccount,
    console,
    'acme',
    'cutover-1',
    AbortSignal.abort(),
  );
  expect(await released).toBe(false);
});
