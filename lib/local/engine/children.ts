import type { Clock } from '../clock.ts';
import { historyPath } from './archive.ts';
import { uuidOf } from './call-id.ts';
import type { StatesBlock } from './definition.ts';
import { Execution, type ExecutionDescription, type StateMachine } from './execution.ts';
import { endStatus } from './fold.ts';
import { type HistoryEvent, looseHistory, readEnds, UnreadableHistory } from './history.ts';
import { exceedsPayloadLimit, type Json } from './json.ts';
import { stateOf } from './reopen.ts';
import { dataLimitExceeded } from './run.ts';

/** An item of a distributed Map. */
interface Item {
  readonly parent: Execution;
  readonly mapRunArn: string;
  readonly block: StatesBlock;
  /** From 0, in the order in which they are started. */
  readonly index: number;
}

/** The items of distributed Maps, each an execution of its own. */
export interface Children {
  /**
   * Starts an item, or takes up what was started of it before; resolves with its end, rejects never once it runs.
   * `signal` is aborted when the Map needs no more: the child ends as ABORTED.
   */
  start(o: Item & { readonly input: Json; readonly signal: AbortSignal }): Promise<ExecutionDescription>;
  /** What an execution that was opened again has under way of its Maps; nothing of it works yet. */
  takeUp(parent: Execution): Execution[];
  /** Stops what was taken up of a Map Run that is over: the Map may not find all of its items again. */
  stopTakenUp(mapRunArn: string): void;
}

export function createChildren(o: {
  readonly directory: string;
  readonly clock: Clock;
  readonly onEvent: (executionArn: string, event: HistoryEvent) => void;
  readonly onStatusChange: (execution: Execution) => void;
  /** What is at work, by ARN. */
  readonly running: Map<string, Execution>;
  /** Runs a child that has started; resolves when it has ended. */
  readonly run: (execution: Execution) => Promise<ExecutionDescription>;
  readonly whenEnded: (executionArn: string) => Promise<ExecutionDescription>;
}): Children {
  const takenUp = new Map<string, Execution[]>();

  const place = ({ parent, mapRunArn, block, index }: Item) => {
    const stateMachine = childMachine(parent.stateMachine, labelOf(mapRunArn), block);
    const name = uuidOf(`${mapRunArn}#${index}`);
    const executionArn = `${stateMachine.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    return { stateMachine, name, executionArn, path: historyPath(o.directory, stateMachine.name, name) };
  };

  const open = (item: Item): Execution => {
    const { path, ...identity } = place(item);
    return new Execution({
      ...identity,
      principalArn: item.parent.principalArn,
      caller: { executionArn: item.parent.executionArn, id: item.mapRunArn, waits: true },
      state: stateOf(path, identity.stateMachine.machine),
      file: looseHistory(path),
      clock: o.clock,
      onEvent: (event) => o.onEvent(identity.executionArn, event),
      onStatusChange: o.onStatusChange,
    });
  };

  /** They were started one after the other: the first without a history is the end. */
  function* underWay(of: Omit<Item, 'index'>): Generator<Execution> {
    for (let index = 0; ; index++) {
      const item = { ...of, index };
      try {
        const ends = readEnds(place(item).path);
        if (!ends) return;
        if (endStatus[ends.last.event.type] === undefined) yield open(item);
      } catch (error) {
        // The Map meets it again, and fails by its name.
        if (!(error instanceof UnreadableHistory)) throw error;
      }
    }
  }

  const children: Children = {
    async start({ input, signal, ...item }) {
      const { parent, mapRunArn } = item;
      const text = JSON.stringify(input);
      if (exceedsPayloadLimit(text)) throw dataLimitExceeded(labelOf(mapRunArn));
      const { executionArn, stateMachine } = place(item);
      const atWork = o.running.get(executionArn);
      const execution = atWork ?? open(item);
      if (endedBefore(execution, parent)) return execution.describe();
      // Before its first event: with that the engine may be closed, and what is at work with it.
      o.running.set(executionArn, execution);
      if (execution.state.status !== 'RUNNING') execution.redrive();
      if (execution.state.events === 0) execution.start(text, { stateMachineArn: stateMachine.stateMachineArn });
      const stop = () => execution.end('ExecutionAborted', {});
      signal.addEventListener('abort', stop, { once: true });
      const end = await (atWork ? o.whenEnded(executionArn) : o.run(execution));
      signal.removeEventListener('abort', stop);
      return end;
    },

    takeUp(parent) {
      const all: Execution[] = [];
      for (const { block, visit } of parent.state.branches.values()) {
        const state = visit && block.States[visit.name];
        const mapRunArn = visit?.fork?.mapRunArn;
        if (state?.Type !== 'Map' || mapRunArn === undefined) continue;
        const items = [...underWay({ parent, mapRunArn, block: state.ItemProcessor })];
        takenUp.set(mapRunArn, items);
        all.push(...items, ...items.flatMap(children.takeUp));
      }
      return all;
    },

    stopTakenUp(mapRunArn) {
      for (const execution of takenUp.get(mapRunArn) ?? []) execution.end('ExecutionAborted', {});
      takenUp.delete(mapRunArn);
    },
  };
  return children;
}

/** Ended for good: well, or since its parent was started or redriven. */
function endedBefore({ state: { status, stopDate = 0 } }: Execution, { state: { redriveDate } }: Execution): boolean {
  if (status === 'RUNNING') return false;
  return status === 'SUCCEEDED' || redriveDate === undefined || stopDate > redriveDate;
}

/** Of `arn:aws:states:<region>:<account>:mapRun:<machine>/<label>:<uuid>`. */
const labelOf = (mapRunArn: string): string => mapRunArn.split(':')[6]?.split('/').at(-1) ?? '';

const childMachine = (parent: StateMachine, label: string, block: StatesBlock): StateMachine => ({
  ...parent,
  stateMachineArn: `${parent.stateMachineArn}/${label}`,
  name: `${parent.name}/${label}`,
  machine: { StartAt: block.StartAt, States: block.States },
});
