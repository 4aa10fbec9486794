import type { StatesBlock } from './definition.ts';
import type { EventDetails, FailureMemo } from './history.ts';
import type { Json, JsonObject } from './json.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** An execution as its history tells it. `apply` is the only code that changes one. */
export interface ExecutionState {
  status: ExecutionStatus;
  /** Id of the latest event. */
  events: number;
  startDate: number;
  stopDate?: number;
  redriveCount: number;
  /** Of the latest redrive. */
  redriveDate?: number;
  input: string;
  output?: string;
  error?: string;
  cause?: string;
  /** By key: '' is the execution itself, `/<id of the fork's start>.<index>` a part of a Map or Parallel, and so on down. */
  readonly branches: Map<string, Branch>;
}

/** A line of states that runs on its own: the execution, a branch of a Parallel, an iteration of a Map. */
export interface Branch {
  readonly key: string;
  readonly block: StatesBlock;
  readonly outer: Branch | undefined;
  readonly index: number;
  /** In a Map: what `$states.context.Map.Item` shows. */
  readonly item?: { readonly Index: number; readonly Value: Json; readonly Key?: string; readonly Source?: string };
  /** Variables assigned in this branch; those of `outer` are read through it. */
  readonly variables: JsonObject;
  /** The `previousEventId` of the next event. */
  last: number;
  /** When the latest event was written. */
  lastAt: number;
  /** Of an iteration of a Map: how it ended, once that is written. */
  closed?: `MapIteration${'Succeeded' | 'Failed' | 'Aborted'}`;
  /** The state to enter; absent inside one, and when the branch has ended. */
  next?: { readonly name: string; readonly input: Json };
  visit?: Visit;
  /** The result, once the branch has ended well. */
  output?: Json;
}

/** One stay in one state. */
export interface Visit {
  readonly name: string;
  /** Id and time of …StateEntered. */
  readonly entered: number;
  readonly enteredAt: number;
  /** The branch's `last` before it: until December 2024 AWS linked an EvaluationFailed at the door to that. */
  readonly before: number;
  readonly input: Json;
  /** Attempts used, by retrier. */
  retries: readonly number[];
  /** What the task returned, or how the latest attempt failed. */
  result?: Json;
  failure?: FailureMemo & {
    readonly heartbeat?: boolean;
    /** The last of the state's rules that let it pass; after `All` nothing is left but to fail. */
    readonly passed?: 'Retry' | 'Catch' | 'All';
    /** Of a Map or Parallel that failed: what its event names. */
    readonly before?: number;
  };
  /** The task under way. */
  token?: string;
  task?: TaskUnderWay;
  /** The Map or Parallel under way. */
  fork?: Fork;
  /** It is written that the state was stopped. */
  aborted?: true;
}

/** A task that was scheduled and has not ended. */
export interface TaskUnderWay {
  /** Id of …Scheduled, and its details. */
  readonly id: number;
  readonly scheduled: EventDetails;
  /** Its service may have been called from here on. */
  startedAt?: number;
  /** The service said that it has the work. */
  submitted?: true;
}

/** A Map or Parallel that was begun. */
export interface Fork {
  readonly started: number;
  readonly items: readonly Json[];
  readonly children: Branch[];
  /** One part failed: the others are being stopped. */
  failure?: FailureMemo & { readonly part: string };
  /** …StateSucceeded is written. */
  succeeded?: true;
  /** Of a distributed Map: its run, and the id of MapRunSucceeded. */
  mapRunArn?: string;
  ran?: number;
  /** Its run was stopped with the Map, or with the execution; MapRunRedriven ends that. */
  mapRunStopped?: true;
  mapRunRedrives?: number;
}

export const emptyState = (): ExecutionState => ({
  status: 'RUNNING',
  events: 0,
  startDate: 0,
  redriveCount: 0,
  input: 'null',
  branches: new Map(),
});

/** The key of an iteration of the Map that began with the event `started`. */
export const iterationKey = (outer: Branch, started: number, index: number): string =>
  `${outer.key}/${started}.${index}`;

/** When the latest event of a branch and of the parts of its present state was written. */
export const latestIn = ({ lastAt, visit }: Branch): number =>
  Math.max(lastAt, ...(visit?.fork?.children ?? []).map(latestIn));

/** A branch's variables, with those of the branches around it. */
export function variablesOf(branch: Branch): JsonObject {
  return branch.outer ? { ...variablesOf(branch.outer), ...branch.variables } : branch.variables;
}
