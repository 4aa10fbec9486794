import { loadDefinition } from '../../lib/workflow/definition.ts';
import { type MachineName, machineNames, type TaskName, taskNames, tasks } from '../../lib/workflow/registry.ts';
import { everyState, type State, type States } from '../../lib/workflow/states.ts';

export const machine = (name: MachineName): States => JSON.parse(loadDefinition(name).text);

export interface Place {
  readonly machine: MachineName;
  readonly name: string;
  readonly state: State;
  /** Machine and state, for messages. */
  readonly at: string;
}

/** Every state of every machine. */
export const places: readonly Place[] = machineNames.flatMap((name) =>
  everyState(machine(name)).map(([state, definition]) => ({
    machine: name,
    name: state,
    state: definition,
    at: `${name}, "${state}"`,
  })),
);

export const taskPlaces = places.filter(({ state }) => state.Type === 'Task');

/** Tasks whose worker answers the callback that they were given. */
const answeredBy: Partial<Record<TaskName, TaskName>> = { StartRestore: 'RestoreDatabase' };

/** The tasks of the registry that a state runs: the one it names, and the one that answers for it. */
export function tasksRunBy({ state }: Place): TaskName[] {
  const text = JSON.stringify(state.Arguments ?? null);
  const named = taskNames.filter(
    (task) => text.includes(`\${${task}FunctionArn}`) || text.includes(`\${${task}TaskDefinitionArn}`),
  );
  return named.flatMap((task) => [task, answeredBy[task] ?? []].flat());
}

/** The machine that a state starts, if it starts one. */
export const machineRunBy = ({ state }: Place): MachineName | undefined =>
  machineNames.find((name) => JSON.stringify(state.Arguments ?? null).includes(`\${${name}StateMachineArn}`));

/** The placeholders that somebody owns, by the owner's kind. */
export const ownedPlaceholders: ReadonlySet<string> = new Set([
  ...machineNames.map((name) => `${name}StateMachineArn`),
  ...taskNames.flatMap((name) => {
    const task = tasks[name];
    if (task.kind === 'lambda') return [`${name}FunctionArn`];
    if (task.runsOn === 'pod') return [];
    return ['ClusterArn', 'TaskDefinitionArn', 'SubnetIds', 'SecurityGroupIds'].map((end) => `${name}${end}`);
  }),
]);

/** Names after `fatal:` in a state's comment: errors that nothing handles, because nothing could. */
export const fatal = ({ state }: Place): string[] =>
  /fatal: ([\w, ]+)/.exec(state.Comment ?? '')?.[1]?.split(/,\s*/) ?? [];

/** Names that a state retries or catches. */
export const handled = ({ state }: Place): string[] =>
  [...(state.Retry ?? []), ...(state.Catch ?? [])].flatMap(({ ErrorEquals }) => ErrorEquals);
