import type { Clock } from '../clock.ts';
import type { Authorize } from '../wire/endpoint.ts';
import type { ExecutionDescription, MachineRecord, StateMachine } from './execution.ts';
import type { ExecutionStatus } from './execution-state.ts';
import type { Caller, HistoryEvent, HistoryPage } from './history.ts';
import type { StatusChange } from './status-change.ts';
import type { Integration } from './task.ts';
import type { TestStateRequest, TestStateResult } from './test-state/request.ts';

export interface EngineOptions {
  /** Where histories are kept; made when missing. */
  readonly directory: string;
  readonly clock: Clock;
  /** The executions below `directory`, of whoever has read them already. */
  readonly past?: readonly ExecutionDescription[];
  /** By `Resource`. `states:startExecution` and `.sync:2` are the engine's own. */
  readonly integrations: Readonly<Record<string, Integration>>;
  /** Answers every `Resource`, whatever it is, instead of `integrations`: for playing what was recorded elsewhere. */
  readonly anyResource?: Integration;
  readonly region: string;
  readonly accountId: string;
  /** After the event that made the change is written; after a kill in between, by `resume` of the next engine. */
  readonly onStatusChange?: (change: StatusChange) => void;
  readonly onEvent?: (executionArn: string, event: HistoryEvent) => void;
  /** Asked before a machine starts another, or takes the role of a state's Credentials. Default: everything is allowed. */
  readonly authorize?: Authorize;
  /** Default true: a Task without TimeoutSeconds is refused. */
  readonly timeoutsRequired?: boolean;
  /** Executions at a time; AWS allows a million. */
  readonly mostOpen?: number;
  /** Uniform in [0, 1), for the jitter of retries. Default: Math.random. */
  readonly random?: () => number;
  /** Does as AWS did at that time (epoch ms), where a change is known: for playing what was recorded then. Default: as now. */
  readonly asOf?: number;
}

/** The Step Functions of the simulated account. Calls throw `AwsError` with AWS's codes. */
export interface Engine {
  /** Creates the machine, or replaces its definition; running executions keep theirs. Throws `DefinitionRefused`. */
  createStateMachine(o: { name: string; definition: string; roleArn: string }): StateMachine;
  /** The ARN that a machine of this name has, or would have. */
  machineArn(name: string): string;
  listStateMachines(): StateMachine[];
  describeStateMachine(stateMachineArn: string): StateMachine;
  /** The machine as it was when the execution was started. */
  describeStateMachineForExecution(executionArn: string): MachineRecord;
  /** `input` is JSON text. The same name and input as a running execution's returns that one. */
  startExecution(o: {
    stateMachineArn: string;
    name?: string;
    input?: string;
    principalArn?: string;
    /** Of a machine that starts another: the same call again returns what it started, ended or not. */
    caller?: Caller;
  }): ExecutionDescription;
  describeExecution(executionArn: string): ExecutionDescription;
  /** Newest first. */
  listExecutions(o?: {
    stateMachineArn?: string;
    status?: ExecutionStatus;
    redriven?: boolean;
  }): ExecutionDescription[];
  /** In order of ids. */
  getExecutionHistory(executionArn: string): HistoryEvent[];
  /**
   * The next events of a history, at most so many; `position` is what the page before gave. Nothing else of the history
   * is read. Undefined for a position that no page gave.
   */
  historyPage(
    executionArn: string,
    o: { most: number; backwards: boolean; position: number | undefined },
  ): HistoryPage | undefined;
  /** Ends a running execution as ABORTED; one that has ended is left as it is. */
  stopExecution(o: { executionArn: string; error?: string; cause?: string }): ExecutionDescription;
  /**
   * Goes on with an execution that did not end well, in the states that it did not leave; the same token again within 15
   * minutes changes nothing. Throws ExecutionNotRedrivable, ExecutionDoesNotExist, ExecutionLimitExceeded.
   */
  redriveExecution(o: { executionArn: string; clientToken?: string }): { redriveDate: number };
  /** Why `redriveExecution` would refuse it now; undefined when it would not. */
  whyNotRedrivable(executionArn: string): string | undefined;
  /** The answer is in the history when this returns. `output` is JSON text. */
  sendTaskSuccess(o: { taskToken: string; output: string }): void;
  sendTaskFailure(o: { taskToken: string; error?: string; cause?: string }): void;
  sendTaskHeartbeat(o: { taskToken: string }): void;
  /** Runs one state alone, or what is around its mocked work. Leaves no execution behind. */
  testState(request: TestStateRequest): Promise<TestStateResult>;
  /** The machine whose task a token answers: what the permission to answer is asked for. */
  stateMachineOfTask(taskToken: string): string;
  /** Resolves with the end of a running execution. */
  whenEnded(executionArn: string): Promise<ExecutionDescription>;
  /**
   * Goes on with what an earlier process left running, wherever it was killed; returns those. Tokens are open and timers
   * run to their deadlines when this returns to the event loop. What cannot go on, because something it needs is not
   * here, ends as ABORTED. Call this once, before anything is started.
   */
  resume(): ExecutionDescription[];
  /** Stops all work without ending it, as a crash would. */
  close(): void;
}
