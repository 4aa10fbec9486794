import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../wire/endpoint.ts';
import type { Engine, EngineOptions } from './api.ts';
import { endInterrupted, historyPath, isChild, keepDefinition, machineOf, readArchive } from './archive.ts';
import { createChildren } from './children.ts';
import { endOverdue } from './downtime.ts';
import { Execution, type ExecutionDescription, type StateMachine } from './execution.ts';
import { historyRecords, openHistory, readPage, UnreadableHistory } from './history.ts';
import { runExecution } from './interpreter.ts';
import { DefinitionRefused, loadMachine } from './load.ts';
import { nestedExecutions } from './nested.ts';
import { notRedrivable, redrivenWith } from './redrive.ts';
import { reopen } from './reopen.ts';
import { checkInput, checkName, checkOutput } from './requests.ts';
import type { Services } from './run.ts';
import { statusChange } from './status-change.ts';
import { testState } from './test-state/test-state.ts';
import { Tokens } from './tokens.ts';
import { Told } from './told.ts';

export type { Engine, EngineOptions } from './api.ts';
export type { ExecutionDescription, MachineRecord, StateMachine } from './execution.ts';
export { TaskFailure } from './failure.ts';
export type { HistoryEvent } from './history.ts';
export type { Json, JsonObject } from './json.ts';
export { DefinitionRefused } from './load.ts';
export type { StatusChange } from './status-change.ts';
export type { Integration, TaskCall } from './task.ts';

/** In an account and Region. */
const MOST_OPEN = 1_000_000;

/** Why one execution cannot go on, which is no reason for the others. */
const cannotGoOn = (error: unknown): error is Error =>
  error instanceof DefinitionRefused || error instanceof UnreadableHistory;

export function createEngine(o: EngineOptions): Engine {
  mkdirSync(join(o.directory, 'definitions'), { recursive: true, mode: 0o700 });
  const machines = new Map<string, StateMachine>();
  /** Executions of this process; those of earlier ones are read from the directory. */
  const running = new Map<string, Execution>();
  const ended = new Map<string, ExecutionDescription>();
  for (const past of o.past ?? readArchive(o.directory)) ended.set(past.executionArn, past);
  const waiting = new Map<string, ((end: ExecutionDescription) => void)[]>();

  const arn = (kind: 'stateMachine' | 'execution', name: string) =>
    `arn:aws:states:${o.region}:${o.accountId}:${kind}:${name}`;

  const told = o.onStatusChange && new Told(join(o.directory, 'told.txt'), ended.values());
  const changed = (description: ExecutionDescription) => {
    o.onStatusChange?.(statusChange(description, o.clock.now()));
    told?.mark(description);
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

  /** What an earlier process left running. */
  const interrupted = () => [...ended.values()].filter(({ status }) => status === 'RUNNING');

  const abort = (description: ExecutionDescription, cause: string): ExecutionDescription => {
    const end = endInterrupted(o.directory, description, { now: o.clock.now(), cause, onEvent: o.onEvent });
    ended.set(end.executionArn, end);
    changed(end);
    return end;
  };

  const pathOf = (executionArn: string): string => {
    const { stateMachineArn, name } = engine.describeExecution(executionArn);
    return historyPath(o.directory, stateMachineArn.split(':').at(-1) ?? '', name);
  };

  const open = (description: ExecutionDescription): Execution =>
    reopen(description, {
      ...o,
      resources: resources(),
      onEvent: (event) => o.onEvent?.(description.executionArn, event),
      onStatusChange: settle,
    });

  const openAgain = (description: ExecutionDescription): Execution => {
    try {
      return open(description);
    } catch (error) {
      if (!cannotGoOn(error)) throw error;
      throw new AwsError('ExecutionNotRedrivable', 400, error.message);
    }
  };

  const checkOpen = () => {
    if (running.size < (o.mostOpen ?? MOST_OPEN)) return;
    throw new AwsError('ExecutionLimitExceeded', 400, `Open executions: ${running.size}, and no more are allowed`);
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

    machineArn: (name) => arn('stateMachine', name),

    listStateMachines: () => [...machines.values()],

    describeStateMachine(stateMachineArn) {
      const stateMachine = machines.get(stateMachineArn);
      if (stateMachine) return stateMachine;
      throw new AwsError('StateMachineDoesNotExist', 400, `State Machine Does Not Exist: '${stateMachineArn}'`);
    },

    describeStateMachineForExecution: (executionArn) => machineOf(o.directory, engine.describeExecution(executionArn)),

    startExecution({ stateMachineArn, name = randomUUID(), input = '{}', principalArn, caller }) {
      const executionArn = arn('execution', `${stateMachineArn.split(':').at(-1)}:${name}`);
      const existing = running.get(executionArn)?.describe() ?? ended.get(executionArn);
      // Found even where its machine is not here any more.
      if (existing && caller && existing.caller?.id === caller.id) return existing;
      const stateMachine = engine.describeStateMachine(stateMachineArn);
      checkName(name);
      checkInput(input);
      if (existing?.status === 'RUNNING' && existing.input === input) return existing;
      if (existing) {
        throw new AwsError('ExecutionAlreadyExists', 400, `Execution Already Exists: '${executionArn}'`);
      }
      checkOpen();
      const execution = new Execution({
        executionArn,
        name,
        stateMachine,
        principalArn,
        caller,
        file: openHistory(historyPath(o.directory, stateMachine.name, name)),
        clock: o.clock,
        onEvent: (event) => o.onEvent?.(executionArn, event),
        onStatusChange: settle,
      });
      running.set(executionArn, execution);
      try {
        execution.start(input, {
          stateMachineArn,
          definition: keepDefinition(o.directory, stateMachine.definition),
          ...(principalArn !== undefined && { principalArn }),
          ...(caller && { caller }),
        });
      } catch (error) {
        running.delete(executionArn);
        throw error;
      }
      void runExecution(services, execution);
      return execution.describe();
    },

    describeExecution(executionArn) {
      const description = running.get(executionArn)?.describe() ?? ended.get(executionArn);
      if (description) return description;
      throw new AwsError('ExecutionDoesNotExist', 400, `Execution Does Not Exist: '${executionArn}'`);
    },

    listExecutions({ stateMachineArn, status, redriven } = {}) {
      return [...ended.values(), ...[...running.values()].map((execution) => execution.describe())]
        .filter((execution) => !isChild(execution))
        .filter((execution) => stateMachineArn === undefined || execution.stateMachineArn === stateMachineArn)
        .filter((execution) => status === undefined || execution.status === status)
        .filter((execution) => redriven === undefined || execution.redriveCount > 0 === redriven)
        .sort((a, b) => b.startDate - a.startDate || (a.executionArn < b.executionArn ? -1 : 1));
    },

    getExecutionHistory(executionArn) {
      return Array.from(historyRecords(pathOf(executionArn)), ({ event }) => event);
    },

    historyPage: (executionArn, page) => readPage(pathOf(executionArn), page),

    stopExecution({ executionArn, error, cause }) {
      const details = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
      running.get(executionArn)?.end('ExecutionAborted', details);
      return engine.describeExecution(executionArn);
    },

    redriveExecution({ executionArn, clientToken }) {
      const description = engine.describeExecution(executionArn);
      const now = o.clock.now();
      const before =
        clientToken === undefined ? undefined : redrivenWith(historyRecords(pathOf(executionArn)), clientToken, now);
      if (before !== undefined) return { redriveDate: before };
      const reason = engine.whyNotRedrivable(executionArn);
      if (reason !== undefined) throw new AwsError('ExecutionNotRedrivable', 400, reason);
      checkOpen();
      const execution = openAgain(description);
      running.set(executionArn, execution);
      ended.delete(executionArn);
      const redriveDate = execution.redrive(clientToken);
      void runExecution(services, execution);
      return { redriveDate };
    },

    whyNotRedrivable(executionArn) {
      const description = engine.describeExecution(executionArn);
      if (isChild(description)) return 'A child of a Map Run is redriven with the execution that started the Map Run';
      return notRedrivable(description, o.clock.now());
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

    resume() {
      for (const past of ended.values()) if (told?.has(past) === false) changed(past);
      const executions: Execution[] = [];
      for (const description of interrupted()) {
        try {
          const execution = open(description);
          executions.push(execution);
          running.set(execution.executionArn, execution);
          ended.delete(execution.executionArn);
        } catch (error) {
          if (!cannotGoOn(error)) throw error;
          abort(description, error.message);
        }
      }
      const items = executions.flatMap(services.children.takeUp);
      for (const item of items) running.set(item.executionArn, item);
      const all = [...executions, ...items];
      endOverdue(all, o.clock.now());
      for (const execution of all) void runExecution(services, execution);
      return executions.map((execution) => execution.describe());
    },

    close() {
      for (const execution of running.values()) execution.seal();
      for (const execution of running.values()) execution.close();
    },
  };

  const tokens = new Tokens();
  const authorize = o.authorize ?? (() => {});
  const integrations = { ...nestedExecutions(engine, authorize), ...o.integrations };
  const services: Services = {
    clock: o.clock,
    region: o.region,
    accountId: o.accountId,
    authorize,
    tokens,
    random: o.random ?? Math.random,
    asOf: o.asOf ?? Number.POSITIVE_INFINITY,
    integrationOf: (resource) => o.anyResource ?? integrations[resource],
    children: createChildren({
      directory: o.directory,
      clock: o.clock,
      onEvent: (executionArn, event) => o.onEvent?.(executionArn, event),
      onStatusChange: settle,
      running,
      run(execution) {
        void runExecution(services, execution);
        return engine.whenEnded(execution.executionArn);
      },
      whenEnded: (executionArn) => engine.whenEnded(executionArn),
    }),
  };
  const resources = () => (o.anyResource ? 'any' : new Set(Object.keys(integrations)));
  const findTask = (token: string) =>
    tokens.find(token, (executionArn) => running.has(executionArn) || ended.has(executionArn));
  return engine;
}
