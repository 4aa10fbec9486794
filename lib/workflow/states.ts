/** A state of the Amazon States Language, as far as Passage's definitions use it. */
export interface State {
  readonly Type: 'Task' | 'Choice' | 'Parallel' | 'Map' | 'Pass' | 'Wait' | 'Succeed' | 'Fail';
  readonly Comment?: string;
  readonly Resource?: string;
  readonly Arguments?: unknown;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
  readonly TimeoutSeconds?: number | string;
  readonly HeartbeatSeconds?: number | string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Choices?: readonly ChoiceRule[];
  readonly Default?: string;
  readonly Branches?: readonly States[];
  readonly ItemProcessor?: States;
  readonly MaxConcurrency?: number | string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Error?: string;
  readonly Cause?: string;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly MaxAttempts?: number;
}

interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
}

/** One condition of a Choice. */
interface ChoiceRule {
  readonly Condition: string;
  readonly Next: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
}

/** A machine, or a branch of one. */
export interface States {
  readonly Comment?: string;
  readonly QueryLanguage?: string;
  readonly TimeoutSeconds?: number;
  /** Of the loop of a Map; `DISTRIBUTED` runs an execution for each iteration. */
  readonly ProcessorConfig?: { readonly Mode?: string };
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** Every state of a machine by name, those inside of branches and loops after the state that holds them. */
export function everyState(machine: States): [name: string, state: State][] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...inner(state).flatMap(everyState),
  ]);
}

/** The branches of a Parallel, the loop of a Map. */
export const inner = (state: State): readonly States[] => [
  ...(state.Branches ?? []),
  ...(state.ItemProcessor ? [state.ItemProcessor] : []),
];

/** Where a state goes on, and which variables it assigns on that way: each exit assigns its own. */
export function waysOut({ Next, Assign = {}, Default, Choices = [], Catch = [] }: State): WayOut[] {
  const own = [Next, Default].flatMap((next) => (next === undefined ? [] : [{ Next: next, Assign }]));
  return [...own, ...Choices, ...Catch].map((way) => ({ next: way.Next, assigned: Object.keys(way.Assign ?? {}) }));
}

interface WayOut {
  readonly next: string;
  readonly assigned: readonly string[];
}

/** Every variable that a state assigns on any exit. */
export const assignedBy = ({ Assign = {}, Choices = [], Catch = [] }: State): string[] =>
  [{ Assign }, ...Choices, ...Catch].flatMap((way) => Object.keys(way.Assign ?? {}));
