import type { HistoryEvent } from '../../lib/local/engine/engine.ts';
import { everyState, inner, type State, type States } from '../../lib/workflow/states.ts';

/** From a state to the one that came next, whichever rule led there. */
export type Arrow = `${string} → ${string}`;

const enteredName = (event: HistoryEvent): string | undefined =>
  event.type.endsWith('StateEntered') ? String(event.stateEnteredEventDetails?.name) : undefined;

/** States in the order in which an execution entered them. */
export const statesIn = (history: readonly HistoryEvent[]): string[] =>
  history.flatMap((event) => enteredName(event) ?? []);

/** The steps that an execution took, by the links between its events. */
export function arrowsIn(history: readonly HistoryEvent[]): Arrow[] {
  const byId = new Map(history.map((event) => [event.id, event]));
  return history.flatMap((event) => {
    const to = enteredName(event);
    const before = byId.get(event.previousEventId);
    if (to === undefined || !before?.type.endsWith('StateExited')) return [];
    return [`${before.stateExitedEventDetails?.name} → ${to}` as Arrow];
  });
}

/** Every step that a definition allows, those of branches included. */
export const arrowsOf = (machine: States): Arrow[] => [
  ...Object.entries(machine.States).flatMap(([name, state]) => exits(state).map((to): Arrow => `${name} → ${to}`)),
  ...Object.values(machine.States).flatMap(inner).flatMap(arrowsOf),
];

const exits = ({ Next, Default, Choices = [], Catch = [] }: State): string[] => [
  ...[Next, Default].filter((to) => to !== undefined),
  ...[...Choices, ...Catch].map((rule) => rule.Next),
];

export const namesOf = (machine: States): string[] => everyState(machine).map(([name]) => name);
