import type { StatesBlock } from '../../../lib/local/engine/definition.ts';
import { Execution, UnwrittenEvent } from '../../../lib/local/engine/execution.ts';
import type { HistoryFile, HistoryRecord } from '../../../lib/local/engine/history.ts';
import { runExecution } from '../../../lib/local/engine/interpreter.ts';
import type { Services } from '../../../lib/local/engine/run.ts';
import { FakeClock } from './fake-clock.ts';
import { ROLE } from './stage.ts';

const machine: StatesBlock = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } };
const clock = new FakeClock();
const services = { clock } as unknown as Services;

function started(append: HistoryFile['append']): { execution: Execution; told: string[] } {
  const told: string[] = [];
  const execution = new Execution({
    executionArn: 'arn:run',
    name: 'run',
    stateMachine: { stateMachineArn: 'arn:m', name: 'm', roleArn: ROLE, definition: '', creationDate: 0, machine },
    principalArn: undefined,
    file: { append, close: () => {} },
    clock,
    onEvent: ({ type }) => told.push(type),
    onStatusChange: ({ state }) => told.push(state.status),
  });
  execution.start('{}', {});
  return { execution, told };
}

test('an event that no history could be read with is not written', () => {
  const written: HistoryRecord[] = [];
  const { execution } = started((record) => written.push(record));
  const stray = () => execution.record(execution.top, 'MapIterationStarted', { index: 0 });
  expect(stray).toThrow('event 2 opens an iteration outside a Map');
  expect(written.map(({ event }) => event.type)).toEqual(['ExecutionStarted']);
  execution.end('ExecutionFailed', { error: 'States.Runtime' });
  expect(written.map(({ event }) => event.id)).toEqual([1, 2]);
});

test('an execution whose event cannot be written stands as it would after a kill, and says so', async () => {
  let full = false;
  const { execution, told } = started(() => {
    if (full) throw new Error('ENOSPC: no space left on device');
  });
  full = true;
  await expect(runExecution(services, execution)).rejects.toThrow(UnwrittenEvent);
  await expect(runExecution(services, execution)).resolves.toBeUndefined();
  expect(execution.signal.aborted).toBe(true);
  expect(told).toEqual(['ExecutionStarted', 'RUNNING']);
});
