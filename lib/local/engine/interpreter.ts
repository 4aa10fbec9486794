import { changes } from './changes.ts';
import type { Catcher, ChoiceState, State, WaitState } from './definition.ts';
import { type Execution, UnwrittenEvent, whole } from './execution.ts';
import { latestIn } from './execution-state.ts';
import { evaluateAs, evaluateWhole, MOST_SECONDS, QueryFailure } from './expressions.ts';
import { Ended, errorOutput, failureMemo, RuntimeFailure, restored, StateFailure } from './failure.ts';
import { PartFailure, runMap, runParallel } from './fork.ts';
import type { Memo } from './history.ts';
import { exceedsPayloadLimit, type Json, type JsonObject } from './json.ts';
import { linked } from './map-items.ts';
import { findCatcher, nextRetry } from './retry.ts';
import { dataLimitExceeded, hasEnded, payloadText, Run, type Services } from './run.ts';
import { runTask } from './task.ts';
import { instantOf } from './timestamp.ts';

/**
 * Runs an execution that has started until its last event is written. Rejects only with `UnwrittenEvent`, which nobody
 * handles: to wait for an end that cannot be written would be for ever.
 */
export async function runExecution(services: Services, execution: Execution): Promise<void> {
  void endInTime(services, execution);
  // Its time was up before it could go on.
  if (execution.signal.aborted) return;
  try {
    const output = await runBranch(new Run(services, execution, execution.top, execution.signal));
    execution.end('ExecutionSucceeded', { output: JSON.stringify(output), outputDetails: whole });
  } catch (error) {
    if (error instanceof UnwrittenEvent) throw error;
    if (hasEnded(error) || execution.signal.aborted) return;
    execution.end('ExecutionFailed', failureDetails(error));
  }
}

async function endInTime({ clock }: Services, execution: Execution): Promise<void> {
  const { deadline } = execution;
  try {
    while (deadline > clock.now()) await clock.sleep(deadline - clock.now(), execution.signal);
  } catch {
    return; // The execution has ended.
  }
  execution.timeOut();
}

/** What is no declared failure is a defect of this engine: said as AWS says its own. */
function failureDetails(error: unknown): JsonObject {
  if (!(error instanceof StateFailure)) return { error: 'States.Runtime', cause: String(error) };
  return { ...failureMemo(error) };
}

/** Goes from state to state until the branch ends. Throws the StateFailure that no state handled. */
async function runBranch(run: Run): Promise<Json> {
  const { branch } = run;
  while (branch.output === undefined) {
    if (branch.next) {
      const { name, input } = branch.next;
      const { Type } = run.stateNamed(name);
      run.record(`${Type}StateEntered`, { input: payloadText(input, name), inputDetails: whole, name });
    }
    run.retries = run.visit.retries;
    run.takesUp = true;
    await visitState(run, run.state);
  }
  return branch.output;
}

/** Where a state is left to, and by which rule of it the output and variables are made. */
export interface Exit {
  readonly next: string | undefined;
  readonly rule: { readonly Output?: Json; readonly Assign?: JsonObject };
  /** The rule's place in the state, for messages: `Catch[0]/`. */
  readonly prefix: string;
  readonly shown: { result?: Json; errorOutput?: Json };
  /** The output where the rule names none. */
  readonly output: Json;
}

/** Works in the entered state, with its retries and catchers, until the state is left. */
async function visitState(run: Run, state: State): Promise<void> {
  // What was written of this visit before the engine was started again.
  const { failure: past } = run.visit;
  if (past?.passed === 'Catch') throw failedAgain(run, state, restored(past));
  if (past?.passed === 'All') throw restored(past);
  if (past?.passed === 'Retry') return recover(run, state, restored(past));
  let failure = past && restored(past);
  let previous: number | undefined;
  for (;;) {
    failure ??= await tryOnce(run, state, previous);
    if (!failure) return;
    previous = failure instanceof PartFailure ? failure.last : undefined;
    if (await retry(run, state, failure)) {
      failure = undefined;
      continue;
    }
    recordFailed(run, state, { failure: failureMemo(failure) }, previous);
    return recover(run, state, failure);
  }
}

/** A Map or Parallel has an event for its failure, whose last part's event is `previous` where a part failed. */
function recordFailed(run: Run, state: State, memo: Memo, previous?: number): void {
  if (state.Type !== 'Map' && state.Type !== 'Parallel') return;
  run.record(`${state.Type}StateFailed`, undefined, { ...linked(previous), memo });
}

/** The catcher of a state failed: a Map or Parallel then fails once more. */
function failedAgain(run: Run, state: State, failure: StateFailure): StateFailure {
  recordFailed(run, state, { failure: failureMemo(failure), inCatch: true });
  return failure;
}

/** One attempt; undefined when the state was left, else how it failed. */
async function tryOnce(run: Run, state: State, previous: number | undefined): Promise<StateFailure | undefined> {
  try {
    await leave(run, state, await work(run, state, previous));
    return undefined;
  } catch (error) {
    if (error instanceof RuntimeFailure) failNow(run, error);
    if (!(error instanceof StateFailure)) throw error;
    recordEvaluation(run, error);
    return error;
  }
}

/** Ends the execution past every Retry and Catch, wherever in it the state is. */
function failNow(run: Run, failure: RuntimeFailure): never {
  run.execution.end('ExecutionFailed', failureDetails(failure), run.branch.last);
  throw new Ended(failure.message);
}

function recordEvaluation(run: Run, failure: StateFailure, memo: Memo = {}): void {
  if (!(failure instanceof QueryFailure)) return;
  const { visit, branch, services } = run;
  const past = services.asOf < changes.evaluationsNameTheEntry && branch.last === visit.entered;
  run.record(
    'EvaluationFailed',
    {
      error: 'States.QueryEvaluationError',
      cause: failure.reason ?? '',
      state: visit.name,
      ...(failure.location !== undefined && { location: failure.location }),
    },
    // Of a catcher: past the failure of its Map or Parallel.
    { ...linked(memo.inCatch ? visit.failure?.before : past ? visit.before : undefined), memo: run.memo(memo) },
  );
}

/** Waits for the next attempt; false when there is none. */
async function retry(run: Run, state: State, failure: StateFailure): Promise<boolean> {
  const retriers = ('Retry' in state && state.Retry) || [];
  const next = nextRetry(retriers, run.retries, failure, run.services.random);
  if (!next) return false;
  // The failure of an attempt that was taken up lies as far back as its last event.
  const { clock } = run.services;
  const ago = run.takesUp ? (clock.now() - latestIn(run.branch)) / 1000 : 0;
  await run.sleep(Math.max(0, next.delaySeconds - ago));
  run.takesUp = false;
  run.retries = retriers.map((_, index) => (run.retries[index] ?? 0) + (index === next.retrier ? 1 : 0));
  return true;
}

/** Leaves by the catcher that matches, or throws the failure. */
async function recover(run: Run, state: State, failure: StateFailure): Promise<void> {
  const catchers = ('Catch' in state && state.Catch) || [];
  const index = findCatcher(catchers, failure);
  const catcher = catchers[index];
  if (!catcher) throw failure;
  try {
    await leave(run, state, caughtExit(catcher, index, failure));
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    recordEvaluation(run, error, { inCatch: true });
    throw failedAgain(run, state, error);
  }
}

export function caughtExit(catcher: Catcher, index: number, failure: StateFailure): Exit {
  const shown = errorOutput(failure);
  return {
    next: catcher.Next,
    rule: catcher,
    prefix: `Catch[${index}]/`,
    shown: { errorOutput: shown },
    output: shown,
  };
}

/** The texts of what a state leaves behind. Output and variables are made of the same scope: neither sees the other. */
export async function evaluateExit(
  run: Run,
  { rule, prefix, shown, output }: Exit,
): Promise<{ output: string; assigned: Record<string, string> }> {
  const { name } = run.visit;
  const scope = run.scope(shown);
  const left = rule.Output === undefined ? output : await run.evaluate(rule.Output, scope, `${prefix}Output`);
  const assigned: Record<string, string> = {};
  for (const [variable, value] of Object.entries(rule.Assign ?? {})) {
    assigned[variable] = payloadText(await run.evaluate(value, scope, `${prefix}Assign/${variable}`), name);
  }
  // One Assign may hold as much as one payload.
  if (exceedsPayloadLimit(Object.values(assigned).join(''))) throw dataLimitExceeded(name);
  return { output: payloadText(left, name), assigned };
}

async function leave(run: Run, state: State, exit: Exit): Promise<void> {
  const { next } = exit;
  const { output, assigned } = await evaluateExit(run, exit);
  if (state.Type === 'Fail') throw new Error('a Fail state is never left');
  run.record(
    `${state.Type}StateExited`,
    {
      ...(Object.keys(assigned).length > 0 && { assignedVariables: assigned, assignedVariablesDetails: whole }),
      name: run.visit.name,
      output,
      outputDetails: whole,
    },
    { memo: next === undefined ? {} : { next } },
  );
}

/** One attempt at what the state is for. */
export async function work(run: Run, state: State, previous?: number): Promise<Exit> {
  switch (state.Type) {
    case 'Pass':
      return byItself(run, state);
    case 'Succeed':
      return { next: undefined, rule: state, prefix: '', shown: {}, output: run.visit.input };
    case 'Fail': {
      const text = async (field: 'Error' | 'Cause') => {
        const value = state[field];
        return value && String(await evaluateAs('string', value, run.scope(), run.place, field));
      };
      throw new StateFailure(await text('Error'), await text('Cause'));
    }
    case 'Choice':
      return choose(run, state);
    case 'Wait':
      await pause(run, state);
      return byItself(run, state);
    case 'Task':
      return withResult(state, await runTask(run, state));
    case 'Parallel':
      return withResult(state, await runParallel(run, state, runBranch, previous));
    case 'Map':
      return withResult(state, await runMap(run, state, runBranch, previous));
  }
}

type Leaving = Exit['rule'] & { readonly Next?: string };

const byItself = (run: Run, state: Leaving): Exit => ({
  next: state.Next,
  rule: state,
  prefix: '',
  shown: {},
  output: run.visit.input,
});

export const withResult = (state: Leaving, result: Json): Exit => ({
  next: state.Next,
  rule: state,
  prefix: '',
  shown: { result },
  output: result,
});

async function choose(run: Run, state: ChoiceState): Promise<Exit> {
  const output = run.visit.input;
  for (const [index, rule] of state.Choices.entries()) {
    const prefix = `Choices[${index}]/`;
    const met = await evaluateAs('boolean', rule.Condition, run.scope(), run.place, `${prefix}Condition`);
    if (met) return { next: rule.Next, rule, prefix, shown: {}, output };
  }
  if (state.Default === undefined) {
    // AWS documents States.NoChoiceMatched, but fails so [github.com/floci-io/floci #3167].
    const problem = 'Failed to transition out of the state. The state does not point to a next state.';
    throw new RuntimeFailure(run.place, problem);
  }
  return { next: state.Default, rule: state, prefix: '', shown: {}, output };
}

async function pause(run: Run, state: WaitState): Promise<void> {
  const { clock } = run.services;
  if (state.Timestamp === undefined) {
    const range = [0, MOST_SECONDS] as const;
    const seconds = await evaluateWhole(state.Seconds ?? 0, run.scope(), run.place, 'Seconds', range);
    return run.sleep(Math.max(0, seconds - (clock.now() - run.visit.enteredAt) / 1000));
  }
  const timestamp = String(await evaluateAs('string', state.Timestamp, run.scope(), run.place, 'Timestamp'));
  const until = instantOf(timestamp);
  if (Number.isNaN(until)) {
    throw new QueryFailure(
      run.place,
      'Timestamp',
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${timestamp}`,
    );
  }
  if (until > clock.now()) await run.sleep((until - clock.now()) / 1000);
}
