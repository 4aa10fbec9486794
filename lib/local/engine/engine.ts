import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { type Authorize, AwsError } from '../wire/endpoint.ts';
import { endInterrupted, historyPath, isChild, keepDefinition, readArchive } from './archive.ts';
import { startsChildren } from './children.ts';
import { Execution, type ExecutionDescription, type StateMachine } from './execution.ts';
import type { ExecutionStatus } from './fold.ts';
import { type HistoryEvent, openHistory, readHistory } from './history.ts';
import { runExecution } from './interpreter.ts';
import { loadMachine } from './load.ts';
import { nestedExecutions } from './nested.ts';
import { checkInput, checkName, checkOutput } from './requests.ts';
import type { Services } from './run.ts';
import type { Integration } from './task.ts';
import type { TestStateRequest, TestStateResult } from './test-state/request.ts';
import { testState } from './test-state/test-state.ts';
import { Tokens } from './tokens.ts';

export type { ExecutionDescription, StateMachine } from './execution.ts';
export { TaskFailure } from './failure.ts';
export type { ExecutionStatus } from './fold.ts';
export type { HistoryEvent, HistoryEventType } from './history.ts';
export type { Json, JsonObject } from './json.ts';
export { DefinitionRefused } from './load.ts';
export type { Integration, TaskCall } from './task.ts';

/** The detail of EventBridge's "Step Functions Execution Status Change"; times in milliseconds since the epoch. */
export interface StatusChange {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startDate: number;
  readonly stopDate: number | null;
  readonly input: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

export interface EngineOptions {
  /** Where histories are kept; made when missing. */
  readonly directory: string;
  readonly clock: Clock;
  /** By `Resource`. `states:startExecution` and `.sync:2` are the engine's own. */
  readonly integrations: Readonly<Record<string, Integration>>;
  /** Answers every `Resource`, whatever it is, instead of `integrations`: for playing what was recorded elsewhere. */
  readonly anyResource?: Integration;
  readonly region: string;
  readonly accountId: string;
  /** After the event that made the change is written. */
  readonly onStatusChange?: (change: StatusChange) => void;
  readonly onEvent?: (executionArn: string, event: HistoryEvent) => void;
  /** Asked before a machine starts another. Default: everything is allowed. */
  readonly authorize?: Authorize;
  /** Default true: a Task without TimeoutSeconds is refused. */
  readonly timeoutsRequired?: boolean;
  /** Uniform in [0, 1), for the jitter of retries. Default: Math.random. */
  readonly random?: () => number;
}

/** The Step Functions of the simulated account. Calls throw `AwsError` with AWS's codes. */
export interface Engine {
  /** Creates the machine, or replaces its definition; running executions keep theirs. Throws `DefinitionRefused`. */
  createStateMachine(o: { name: string; definition: string; roleArn: string }): StateMachine;
  listStateMachines(): StateMachine[];
  describeStateMachine(stateMachineArn: string): StateMachine;
  /** `input` is JSON text. The same name and input as a running execution's returns that one. */
  startExecution(o: {
    stateMachineArn: string;
    name?: string;
    input?: string;
    principalArn?: string;
  }): ExecutionDescription;
  describeExecution(executionArn: string): ExecutionDescription;
  /** Newest first. */
  listExecutions(o?: { stateMachineArn?: string; status?: ExecutionStatus }): ExecutionDescription[];
  /** In order of ids. */
  getExecutionHistory(executionArn: string): HistoryEvent[];
  /** Ends a running execution as ABORTED; one that has ended is left as it is. */
  stopExecution(o: { executionArn: string; error?: string; cause?: string }): ExecutionDescription;
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
  /** Ends as ABORTED what an earlier process left running; returns those. Call once, before anything is started. */
  recover(): ExecutionDescription[];
  /** Stops all work without ending it, as a crash would. */
  close(): void;
}

export function createEngine(o: EngineOptions): Engine {
  mkdirSync(join(o.directory, 'definitions'), { recursive: true, mode: 0o700 });
  const machines = new Map<string, StateMachine>();
  /** Executions of this process; those of earlier ones are read from the directory. */
  const running = new Map<string, Execution>();
  const ended = new Map<string, ExecutionDescription>();
  for (const past of readArchive(o.directory)) ended.set(past.executionArn, past);
  const waiting = new Map<string, ((end: ExecutionDescription) => void)[]>();

  const arn = (kind: 'stateMachine' | 'execution', name: string) =>
    `arn:aws:states:${o.region}:${o.accountId}:${kind}:${name}`;

  const changed = (description: ExecutionDescription) => {
    const { principalArn: _, ...shown } = description;
    o.onStatusChange?.({ stopDate: null, output: null, error: null, cause: null, ...shown });
  };

  const settle = (execution: Execution) => {
    const description = execution.describe();
    if (description.status !== 'RUNNING') {
      running.delete(execution.executionArn);
      ended.set(execution.executionArn, description);
    }
    if (!isChild(description)) changed(description);
    if (description.status === 'RUNNING') return;
    for (const resolve of waiting.get(execution.executionArn) ?? []) resolve(description);
    waiting.delete(execution.executionArn);
  };

  const engine: Engine = {
    createStateMachine({ name, definition, roleArn }) {
      checkName(name);
      const machine = loadMachine(definition, {
        resources: resources(),
        timeoutsRequired: o.timeoutsRequired ?? true,
      });
      const stateMachineArn = arn('stateMachine', name);
      const creationDate = machines.get(stateMachineArn)?.creationDate ?? o.clock.now();
      const stateMachine = { stateMachineArn, name, roleArn, definition, creationDate, machine };
      machines.set(stateMachineArn, stateMachine);
      return stateMachine;
    },

    listStateMachines: () => [...machines.values()],

    describeStateMachine(stateMachineArn) {
      const stateMachine = machines.get(stateMachineArn);
      if (stateMachine) return stateMachine;
      throw new AwsError('StateMachineDoesNotExist', 400, `State Machine Does Not Exist: '${stateMachineArn}'`);
    },

    startExecution({ stateMachineArn, name = randomUUID(), input = '{}', principalArn }) {
      const stateMachine = engine.describeStateMachine(stateMachineArn);
      checkName(name);
      checkInput(input);
      const executionArn = arn('execution', `${stateMachine.name}:${name}`);
      const existing = running.get(executionArn)?.describe() ?? ended.get(executionArn);
      if (existing?.status === 'RUNNING' && existing.input === input) return existing;
      if (existing) {
        throw new AwsError('ExecutionAlreadyExists', 400, `Execution Already Exists: '${executionArn}'`);
      }
      const execution = new Execution({
        executionArn,
        name,
        stateMachine,
        principalArn,
        file: openHistory(historyPath(o.directory, stateMachine.name, name)),
        clock: o.clock,
        onEvent: (event) => o.onEvent?.(executionArn, event),
        onStatusChange: settle,
      });
      running.set(executionArn, execution);
      execution.start(input, {
        stateMachineArn,
        definition: keepDefinition(o.directory, stateMachine.definition),
        ...(principalArn !== undefined && { principalArn }),
      });
      void runExecution(services, execution);
      return execution.describe();
    },

    describeExecution(executionArn) {
      const description = running.get(executionArn)?.describe() ?? ended.get(executionArn);
      if (description) return description;
      throw new AwsError('ExecutionDoesNotExist', 400, `Execution Does Not Exist: '${executionArn}'`);
    },

    listExecutions({ stateMachineArn, status } = {}) {
      return [...ended.values(), ...[...running.values()].map((execution) => execution.describe())]
        .filter((execution) => !isChild(execution))
        .filter((execution) => stateMachineArn === undefined || execution.stateMachineArn === stateMachineArn)
        .filter((execution) => status === undefined || execution.status === status)
        .sort((a, b) => b.startDate - a.startDate);
    },

    getExecutionHistory(executionArn) {
      const { stateMachineArn, name } = engine.describeExecution(executionArn);
      return readHistory(historyPath(o.directory, stateMachineArn.split(':').at(-1) ?? '', name)).map(
        ({ event }) => event,
      );
    },

    stopExecution({ executionArn, error, cause }) {
      const details = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
      running.get(executionArn)?.end('ExecutionAborted', details);
      return engine.describeExecution(executionArn);
    },

    sendTaskSuccess({ taskToken, output }) {
      const task = findTask(taskToken);
      checkOutput(output);
      task.succeed(output);
    },
    sendTaskFailure: ({ taskToken, error, cause }) => findTask(taskToken).fail(error, cause),
    sendTaskHeartbeat: ({ taskToken }) => findTask(taskToken).beat(),

    testState: (request) => testState(services, resources(), request),

    stateMachineOfTask: (taskToken) => findTask(taskToken).stateMachineArn,

    whenEnded(executionArn) {
      const description = engine.describeExecution(executionArn);
      if (description.status !== 'RUNNING') return Promise.resolve(description);
      return new Promise((resolve) => {
        waiting.set(executionArn, [...(waiting.get(executionArn) ?? []), resolve]);
      });
    },

    recover() {
      const aborted = [...ended.values()]
        .filter(({ status }) => status === 'RUNNING')
        .map((description) => endInterrupted(o.directory, description, o.clock.now(), o.onEvent));
      for (const description of aborted) {
        ended.set(description.executionArn, description);
        changed(description);
      }
      return aborted;
    },

    close() {
      // The youngest first: a parent that closes stops its children, which must already be closed.
      for (const execution of [...running.values()].reverse()) execution.close();
      running.clear();
    },
  };

  const tokens = new Tokens();
  const integrations = { ...nestedExecutions(engine, o.authorize ?? (() => {})), ...o.integrations };
  const services: Services = {
    clock: o.clock,
    region: o.region,
    accountId: o.accountId,
    tokens,
    random: o.random ?? Math.random,
    integrationOf: (resource) => o.anyResource ?? integrations[resource],
    startChild: startsChildren({
      directory: o.directory,
      clock: o.clock,
      onStatusChange: settle,
      run(execution) {
        running.set(execution.executionArn, execution);
        void runExecution(services, execution);
        return engine.whenEnded(execution.executionArn);
      },
    }),
  };
  const resources = () => (o.anyResource ? 'any' : new Set(Object.keys(integrations)));
  const findTask = (token: string) =>
    tokens.find(token, (executionArn) => running.has(executionArn) || ended.has(executionArn));
  return engine;
}
