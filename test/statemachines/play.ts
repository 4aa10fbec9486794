import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  type Integration,
  type Json,
  type StatusChange,
  type TaskCall,
  TaskFailure,
} from '../../lib/local/engine/engine.ts';
import { loadDefinition } from '../../lib/workflow/definition.ts';
import { type MachineName, machineNames, machines, type TaskName, tasks } from '../../lib/workflow/registry.ts';
import { FakeClock } from '../local/engine/fake-clock.ts';
import { type Kill, Mortal } from '../local/engine/killed.ts';
import { remember } from './coverage.ts';
import { type AnyFake, goodDay, type Scripts } from './fakes.ts';
import { type Arrow, arrowsIn, statesIn } from './path.ts';

/** A machine inside of the one that is played, when what happens in it is of no interest. */
export type Part =
  | { readonly ends: 'well' }
  | { readonly ends: 'badly'; readonly error: string; readonly cause: string }
  /** Somebody stops it while it runs. */
  | { readonly ends: 'aborted' }
  /** It runs longer than its machine may. */
  | { readonly ends: 'too late' };

export interface Played {
  readonly machine: MachineName;
  readonly status: string;
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly seconds: number;
  /** States in the order in which they were entered, as the console shows them. */
  readonly path: readonly string[];
  readonly arrows: readonly Arrow[];
}

export interface Play extends Played {
  /** Every call of a task, in order, with its input and the second in which it came. */
  readonly calls: readonly { readonly task: TaskName; readonly input: unknown; readonly second: number }[];
  /** Executions of other machines that this one started, in order. */
  readonly parts: readonly Played[];
  /** Callbacks that were answered when nobody waited any more. */
  readonly lateAnswers: number;
  /** By what name the ECS tasks that were run can be found again. */
  readonly startedBy: readonly string[];
  /** By which ECS knows a task that it was asked for twice. */
  readonly clientTokens: readonly string[];
  callsOf(task: TaskName): number;
  /** Written, of all executions. */
  readonly events: number;
}

const identity = (kind: string, name: string) => `arn:aws:states:us-east-1:111111111111:${kind}:${name}`;
const ROLE = 'arn:aws:iam::111111111111:role/machine';

/** The definition with identities in place of its placeholders, as CloudFormation would put them. */
function definitionOf(name: MachineName): string {
  const { text, placeholders } = loadDefinition(name);
  return placeholders.reduce((whole, placeholder) => {
    const machine = machineNames.find((other) => placeholder === `${other}StateMachineArn`);
    const value = machine ? identity('stateMachine', machine) : `local:${placeholder}`;
    return whole.replaceAll(`\${${placeholder}}`, value);
  }, text);
}

function definitionOfPart(part: Part): string {
  const end = { Type: 'Succeed' };
  const wait = { Type: 'Wait', Seconds: 100_000, Next: 'End' };
  const bodies = {
    well: { StartAt: 'End', States: { End: end } },
    badly: {
      StartAt: 'End',
      States: { End: part.ends === 'badly' ? { Type: 'Fail', Error: part.error, Cause: part.cause } : end },
    },
    aborted: { StartAt: 'Wait', States: { Wait: wait, End: end } },
    'too late': { TimeoutSeconds: 60, StartAt: 'Wait', States: { Wait: wait, End: end } },
  };
  return JSON.stringify({ QueryLanguage: 'JSONata', ...bodies[part.ends] });
}

/**
 * Plays a machine, as its file defines it, on the real engine and a clock on which waiting costs nothing.
 * @param fakes what differs from a good day, by task
 * @param parts machines that are not played themselves
 * @param kill with which event the engine is killed, and how long it is before the next one goes on
 */
export async function play<M extends MachineName>(
  machine: M,
  input: z.input<(typeof machines)[M]['input']>,
  fakes: Partial<Scripts> = {},
  parts: { readonly [K in MachineName]?: Part } = {},
  kill?: Kill,
): Promise<Play> {
  machines[machine].input.parse(input);
  const clock = new FakeClock();
  clock.leaping = true;
  const begin = clock.now();
  const directory = mkdtempSync(join(tmpdir(), 'play-'));
  const scripts: Scripts = { ...goodDay, ...fakes };
  const calls: Play['calls'][number][] = [];
  /** Answers by somebody else, which may come after the end. */
  const others: Promise<void>[] = [];
  /** What neither the machine nor the fake may do; told once the play is over. */
  const breaches: string[] = [];
  let lateAnswers = 0;
  const started = new Set<string>();
  const startedBy: string[] = [];
  const clientTokens: string[] = [];

  const called = (task: TaskName, given: unknown): AnyFake => {
    const definition = tasks[task];
    const read = definition.input.safeParse(given);
    if (!read.success) breaches.push(`${task} was given what its schema forbids: ${read.error.message}`);
    const before = calls.filter((call) => call.task === task).length;
    calls.push({ task, input: given, second: (clock.now() - begin) / 1000 });
    const fake = pick(scripts[task], given, before);
    if (!fake) {
      breaches.push(`${task} was called ${before + 1} times, which the test does not play`);
      throw new TaskFailure('NotPlayed', task);
    }
    if (fake.kind === 'returns' || fake.kind === 'asks') {
      const answer = definition.output.safeParse(fake.output);
      if (!answer.success) breaches.push(`${task} may not return this: ${answer.error.message}`);
    }
    if (fake.kind === 'fails' && !mayFailWith(task, fake.error)) {
      breaches.push(`${task} does not declare ${fake.error}`);
    }
    return fake;
  };

  const answerAfter = (seconds: number, answer: () => void) => {
    others.push(clock.sleep(seconds * 1000).then(() => attempt(answer)));
  };
  const attempt = (answer: () => void) => {
    try {
      answer();
    } catch {
      lateAnswers++;
    }
  };
  const beat = async (taskToken: string, beats: number) => {
    for (let count = 0; count < beats && lateAnswers === 0; count++) {
      await clock.sleep(10_000);
      attempt(() => mortal.engine.sendTaskHeartbeat({ taskToken }));
    }
  };

  /** A worker that has been handed its input and its token. */
  const work = (task: TaskName, given: unknown, taskToken: string) => {
    const fake = called(task, given);
    if (fake.kind === 'returns') {
      answerAfter(1, () => mortal.engine.sendTaskSuccess({ taskToken, output: JSON.stringify(fake.output) }));
    } else if (fake.kind === 'fails') {
      answerAfter(1, () => mortal.engine.sendTaskFailure({ taskToken, error: fake.error, cause: fake.message }));
    } else if (fake.kind === 'vanishes') {
      others.push(beat(taskToken, fake.beats));
    }
  };

  const invoke: Integration = async (call) => {
    const { FunctionName, Payload } = call.arguments as { FunctionName: string; Payload: Json };
    const task = FunctionName.replace(/^local:(.*)FunctionArn$/, '$1') as TaskName;
    const fake = called(task, Payload);
    if (fake.kind === 'fails') {
      const failure = { errorType: fake.error, errorMessage: fake.message };
      throw new TaskFailure(fake.error, fake.error.startsWith('Lambda.') ? fake.message : JSON.stringify(failure));
    }
    if (fake.kind === 'vanishes') throw new Error(`${task} is no worker`);
    if (fake.kind === 'asks' && fake.answeredAfter !== 'never') {
      const { token = '' } = call;
      const output = JSON.stringify(fake.output);
      answerAfter(fake.answeredAfter, () => mortal.engine.sendTaskSuccess({ taskToken: token, output }));
    }
    if (task === 'StartRestore') work('RestoreDatabase', (Payload as { worker: Json }).worker, call.token ?? '');
    return { StatusCode: 200, Payload: fake.output as Json };
  };

  const runTask = async (call: TaskCall): Promise<Json> => {
    const { TaskDefinition, ClientToken, StartedBy, Overrides } = call.arguments as {
      TaskDefinition: string;
      ClientToken: string;
      StartedBy: string;
      Overrides: { ContainerOverrides: { Environment: { Name: string; Value: string }[] }[] };
    };
    const environment = new Map(
      Overrides.ContainerOverrides.flatMap(({ Environment }) => Environment.map(({ Name, Value }) => [Name, Value])),
    );
    const task = TaskDefinition.replace(/^local:(.*)TaskDefinitionArn$/, '$1') as TaskName;
    const token = environment.get('PASSAGE_TASK_TOKEN') ?? '';
    // ECS knows by its ClientToken a task that it was asked for twice.
    if (clientTokens.includes(ClientToken)) return { Tasks: [], Failures: [] };
    if (token !== call.token) breaches.push(`${task} was not given its token`);
    startedBy.push(StartedBy);
    clientTokens.push(ClientToken);
    work(task, JSON.parse(environment.get('PASSAGE_TASK_INPUT') ?? 'null'), token);
    return { Tasks: [], Failures: [] };
  };

  const definitions = machineNames.map((name) => {
    const part = parts[name];
    return { name, roleArn: ROLE, definition: part ? definitionOfPart(part) : definitionOf(name) };
  });
  const options = {
    directory,
    clock,
    region: 'us-east-1',
    accountId: '111111111111',
    // FULL jitter: half of each delay.
    random: () => 0.5,
    integrations: {
      'arn:aws:states:::lambda:invoke': invoke,
      'arn:aws:states:::lambda:invoke.waitForTaskToken': invoke,
      'arn:aws:states:::ecs:runTask.waitForTaskToken': runTask,
    },
    onEvent: (executionArn: string) => void started.add(executionArn),
    onStatusChange: ({ status, executionArn, stateMachineArn }: StatusChange) => {
      const part = parts[stateMachineArn.split(':').at(-1) as MachineName];
      if (status !== 'RUNNING' || part?.ends !== 'aborted') return;
      others.push(clock.sleep(5000).then(() => void mortal.engine.stopExecution({ executionArn })));
    },
  };
  const mortal = new Mortal(options, definitions, kill);
  try {
    const stateMachineArn = identity('stateMachine', machine);
    await mortal.run(stateMachineArn, 'autumn', JSON.stringify(input));
    await Promise.all(others);
    const [whole, ...inner] = [...started].map((arn): Played => {
      const end = mortal.engine.describeExecution(arn);
      const history = mortal.engine.getExecutionHistory(arn);
      return {
        machine: end.stateMachineArn.split(':').at(-1) as MachineName,
        status: end.status,
        output: end.output === undefined ? undefined : JSON.parse(end.output),
        error: end.error,
        cause: end.cause,
        seconds: ((end.stopDate ?? 0) - end.startDate) / 1000,
        path: statesIn(history),
        arrows: arrowsIn(history),
      };
    });
    if (!whole) throw new Error(`${machine} did not run`);
    breaches.push(...mortal.breaches());
    for (const played of [whole, ...inner]) remember(played);
    if (breaches.length > 0) throw new Error(breaches.join('\n'));
    return {
      ...whole,
      calls,
      parts: inner,
      lateAnswers,
      startedBy,
      clientTokens,
      events: mortal.events,
      callsOf: (task) => calls.filter((call) => call.task === task).length,
    };
  } finally {
    mortal.engine.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What a script has for the call of this number, counted from 0. */
function pick(script: unknown, given: unknown, call: number): AnyFake | undefined {
  if (typeof script === 'function') return script(given, call);
  return Array.isArray(script) ? script[call] : (script as AnyFake);
}

function mayFailWith(task: TaskName, error: string): boolean {
  const { kind, throws } = tasks[task];
  if ((throws as readonly string[]).includes(error) || error === 'InvalidInput' || error === 'InvalidOutput')
    return true;
  return kind === 'lambda' && error.startsWith('Lambda.');
}
