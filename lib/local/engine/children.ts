import type { Clock } from '../clock.ts';
import { historyPath } from './archive.ts';
import type { StatesBlock } from './definition.ts';
import { Execution, type ExecutionDescription, type StateMachine } from './execution.ts';
import { type HistoryEvent, looseHistory } from './history.ts';
import { exceedsPayloadLimit, type Json } from './json.ts';
import { stateOf } from './reopen.ts';
import { dataLimitExceeded } from './run.ts';

/** Starts an item of a distributed Map as an execution of its own; resolves with its end, rejects never once it runs. */
export type StartChild = (o: {
  readonly parent: Execution;
  readonly label: string;
  readonly block: StatesBlock;
  readonly input: Json;
  /** A UUID, its name: one that was started before the engine was started again is taken up by it. */
  readonly id: string;
  /** Aborted when the Map needs no more: the child ends as ABORTED. */
  readonly signal: AbortSignal;
}) => Promise<ExecutionDescription>;

export function startsChildren(o: {
  readonly directory: string;
  readonly clock: Clock;
  readonly onEvent: (executionArn: string, event: HistoryEvent) => void;
  readonly onStatusChange: (execution: Execution) => void;
  /** Runs a child that has started; resolves when it has ended. */
  readonly run: (execution: Execution) => Promise<ExecutionDescription>;
}): StartChild {
  return async ({ parent, label, block, input, id: name, signal }) => {
    const stateMachine = childMachine(parent.stateMachine, label, block);
    const text = JSON.stringify(input);
    if (exceedsPayloadLimit(text)) throw dataLimitExceeded(label);
    const path = historyPath(o.directory, stateMachine.name, name);
    const state = stateOf(path, stateMachine.machine);
    const execution = new Execution({
      executionArn: `${stateMachine.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`,
      name,
      stateMachine,
      principalArn: parent.principalArn,
      state,
      file: looseHistory(path),
      clock: o.clock,
      onEvent: (event) => o.onEvent(execution.executionArn, event),
      onStatusChange: o.onStatusChange,
    });
    if (endedBefore(execution, parent)) return execution.describe();
    if (execution.state.status !== 'RUNNING') execution.redrive();
    if (state.events === 0) execution.start(text, { stateMachineArn: stateMachine.stateMachineArn });
    const stop = () => execution.end('ExecutionAborted', {});
    signal.addEventListener('abort', stop, { once: true });
    const end = await o.run(execution);
    signal.removeEventListener('abort', stop);
    return end;
  };
}

/** Ended for good: well, or since its parent was started or redriven. */
function endedBefore({ state: { status, stopDate = 0 } }: Execution, { state: { redriveDate } }: Execution): boolean {
  if (status === 'RUNNING') return false;
  return status === 'SUCCEEDED' || redriveDate === undefined || stopDate > redriveDate;
}

const childMachine = (parent: StateMachine, label: string, block: StatesBlock): StateMachine => ({
  ...parent,
  stateMachineArn: `${parent.stateMachineArn}/${label}`,
  name: `${parent.name}/${label}`,
  machine: { StartAt: block.StartAt, States: block.States },
});
