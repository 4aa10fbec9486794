import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { historyPath } from './archive.ts';
import type { StatesBlock } from './definition.ts';
import { Execution, type ExecutionDescription, type StateMachine } from './execution.ts';
import { looseHistory } from './history.ts';
import { exceedsPayloadLimit, type Json } from './json.ts';
import { dataLimitExceeded } from './run.ts';

/** Starts an item of a distributed Map as an execution of its own; resolves with its end, rejects never once it runs. */
export type StartChild = (o: {
  readonly parent: Execution;
  readonly label: string;
  readonly block: StatesBlock;
  readonly input: Json;
  /** Aborted when the Map needs no more: the child ends as ABORTED. */
  readonly signal: AbortSignal;
}) => Promise<ExecutionDescription>;

export function startsChildren(o: {
  readonly directory: string;
  readonly clock: Clock;
  readonly onStatusChange: (execution: Execution) => void;
  /** Runs a child that has started; resolves when it has ended. */
  readonly run: (execution: Execution) => Promise<ExecutionDescription>;
}): StartChild {
  return async ({ parent, label, block, input, signal }) => {
    const stateMachine = childMachine(parent.stateMachine, label, block);
    const text = JSON.stringify(input);
    if (exceedsPayloadLimit(text)) throw dataLimitExceeded(label);
    const name = randomUUID();
    const execution = new Execution({
      executionArn: `${stateMachine.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`,
      name,
      stateMachine,
      principalArn: parent.principalArn,
      file: looseHistory(historyPath(o.directory, stateMachine.name, name)),
      clock: o.clock,
      onEvent: () => {},
      onStatusChange: o.onStatusChange,
    });
    execution.start(text, { stateMachineArn: stateMachine.stateMachineArn });
    const stop = () => execution.end('ExecutionAborted', {});
    signal.addEventListener('abort', stop, { once: true });
    const end = await o.run(execution);
    signal.removeEventListener('abort', stop);
    return end;
  };
}

const childMachine = (parent: StateMachine, label: string, block: StatesBlock): StateMachine => ({
  ...parent,
  stateMachineArn: `${parent.stateMachineArn}/${label}`,
  name: `${parent.name}/${label}`,
  machine: { StartAt: block.StartAt, States: block.States },
});
