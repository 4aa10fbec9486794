import type { Clock } from '../clock.ts';
import { historyPath, machineOf } from './archive.ts';
import type { StatesBlock } from './definition.ts';
import { Execution, type ExecutionDescription } from './execution.ts';
import type { ExecutionState } from './execution-state.ts';
import { fold } from './fold.ts';
import { type HistoryEvent, historyRecords, openHistory, UnreadableHistory } from './history.ts';
import { type LoadRules, loadMachine } from './load.ts';

/**
 * An execution that is not at work (an earlier process left it running, or it has ended), as its history tells it;
 * nothing of it works yet.
 * Throws `DefinitionRefused` when this engine has not all that its definition needs, `UnreadableHistory` when its history
 * is damaged.
 */
export function reopen(
  description: ExecutionDescription,
  o: {
    readonly directory: string;
    readonly clock: Clock;
    readonly resources: LoadRules['resources'];
    readonly onEvent: (event: HistoryEvent) => void;
    readonly onStatusChange: (execution: Execution) => void;
  },
): Execution {
  const { executionArn, name, principalArn, caller } = description;
  const record = machineOf(o.directory, description);
  const path = historyPath(o.directory, record.name, name);
  // It was admitted when it was started.
  const machine = loadMachine(record.definition, { resources: o.resources, timeoutsRequired: false });
  const state = stateOf(path, machine);
  return new Execution({
    executionArn,
    name,
    stateMachine: { ...record, machine },
    principalArn,
    caller,
    state,
    file: openHistory(path),
    clock: o.clock,
    onEvent: o.onEvent,
    onStatusChange: o.onStatusChange,
  });
}

/** What a history comes to, if there is one. Throws `UnreadableHistory` when it comes to nothing. */
export function stateOf(path: string, machine: StatesBlock): ExecutionState {
  try {
    return fold(machine, historyRecords(path));
  } catch (error) {
    // What the system refuses (too many open files) says nothing about the history.
    if (error instanceof UnreadableHistory || (error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw new UnreadableHistory(path, (error as Error).message);
  }
}
