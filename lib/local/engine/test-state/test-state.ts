import type { State } from '../definition.ts';
import { Ended, RuntimeFailure, StateFailure } from '../failure.ts';
import { caughtExit, type Exit, evaluateExit, work } from '../interpreter.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { findCatcher, findRetrier, nextRetry } from '../retry.ts';
import type { Services } from '../run.ts';
import { givenContext, madeContext } from './context.ts';
import { mockedResult } from './mock.ts';
import { workMocked } from './mocked-state.ts';
import {
  checkRequest,
  checkState,
  type Inspection,
  invalid,
  jsonOf,
  type TestStateRequest,
  type TestStateResult,
} from './request.ts';
import { stateUnderTest } from './state-under-test.ts';
import { TestRun } from './test-run.ts';

/** What TestState takes at most: 5 minutes, in milliseconds. */
const LIMIT_MS = 5 * 60 * 1000;

/**
 * Runs one state, or what is around its work when that is mocked. `resources` are those that are answered here; with a
 * mock any is accepted. Throws `AwsError` with AWS's codes for a request that cannot be tested.
 */
export async function testState(
  services: Services,
  resources: ReadonlySet<string> | 'any',
  request: TestStateRequest,
): Promise<TestStateResult> {
  checkRequest(request);
  const { state, inMap } = stateUnderTest(request.definition, request.stateName, request.mock ? 'any' : resources);
  checkState(state, request);
  const input = jsonOf(request.input ?? '{}', 'Invalid State Machine Execution Input: not valid JSON');
  const result = await mockedResult(state, request);
  const { region, accountId, clock } = services;
  const retries = request.stateConfiguration?.retrierRetryCount ?? 0;
  const context =
    request.context === undefined
      ? madeContext(state, { region, accountId, input, inMap, roleArn: request.roleArn, now: clock.now(), retries })
      : givenContext(request.context, state);
  const done = new AbortController();
  const limit = new AbortController();
  const run = new TestRun(services, {
    state,
    input,
    variables: variablesIn(request.variables),
    context,
    roleArn: request.roleArn,
    signal: limit.signal,
  });
  clock.sleep(LIMIT_MS, done.signal).then(
    () => limit.abort(new Ended('TestState takes 5 minutes at most')),
    () => {},
  );
  try {
    const test = new Test(run, state, request, retries);
    return await test.result(() =>
      request.mock
        ? workMocked(
            run,
            state,
            { result, error: request.mock.errorOutput, configuration: request.stateConfiguration ?? {} },
            test.inspection,
          )
        : work(run, state),
    );
  } finally {
    done.abort(new Ended('the test is over'));
  }
}

function variablesIn(text: string | undefined): JsonObject {
  const variables = jsonOf(text ?? '{}', 'Variables must be valid JSON');
  if (!isObject(variables)) throw invalid('Variables must be a JSON object');
  return variables;
}

class Test {
  readonly inspection: Inspection = {};
  readonly #run: TestRun;
  readonly #state: State;
  readonly #request: TestStateRequest;
  readonly #retries: number;

  constructor(run: TestRun, state: State, request: TestStateRequest, retries: number) {
    this.#run = run;
    this.#state = state;
    this.#request = request;
    this.#retries = retries;
    this.inspection.input = request.input ?? '{}';
    this.#showVariables(run.branch.variables);
  }

  async result(doWork: () => Promise<Exit>): Promise<TestStateResult> {
    try {
      const exit = await doWork();
      this.#lookBack();
      return await this.#left('SUCCEEDED', exit);
    } catch (error) {
      this.#lookBack();
      if (error instanceof Ended) return this.#ended({ status: 'FAILED', error: 'States.Timeout' });
      if (!(error instanceof StateFailure)) throw error;
      return this.#failed(error);
    }
  }

  /** What a task that was really called asked and got. */
  #lookBack(): void {
    const { seen } = this.#run;
    const asked = seen.get('TaskScheduled')?.parameters ?? seen.get('LambdaFunctionScheduled')?.input;
    const got = seen.get('TaskSucceeded')?.output ?? seen.get('LambdaFunctionSucceeded')?.output;
    if (typeof asked === 'string') this.inspection.afterArguments = asked;
    if (typeof got === 'string') this.inspection.result = got;
  }

  async #left(status: 'SUCCEEDED' | 'CAUGHT_ERROR', exit: Exit, failure = {}): Promise<TestStateResult> {
    const { output, assigned } = await evaluateExit(this.#run, exit);
    const variables = { ...this.#run.branch.variables };
    for (const [name, text] of Object.entries(assigned)) variables[name] = JSON.parse(text) as Json;
    this.#showVariables(variables);
    return this.#ended({ status, output, ...failure, ...(exit.next !== undefined && { nextState: exit.next }) });
  }

  /** Documented: those that were given and those that the state assigned. A state that fails assigns none. */
  #showVariables(variables: JsonObject): void {
    if (Object.keys(variables).length > 0) this.inspection.variables = JSON.stringify(variables);
  }

  /** As an execution would go on: another attempt, a catcher, or the end. */
  async #failed(failure: StateFailure): Promise<TestStateResult> {
    const told = {
      ...(failure.error !== undefined && { error: failure.error }),
      ...(failure.reason !== undefined && { cause: failure.reason }),
    };
    if (failure instanceof RuntimeFailure) return this.#ended({ status: 'FAILED', ...told });
    const retriers = ('Retry' in this.#state && this.#state.Retry) || [];
    const used = retriers.map(() => this.#retries);
    const next = nextRetry(retriers, used, failure, () => 1);
    const retrier = findRetrier(retriers, failure);
    if (retrier >= 0) this.inspection.errorDetails = { retryIndex: retrier };
    if (next) {
      this.inspection.errorDetails = {
        retryIndex: retrier,
        retryBackoffIntervalSeconds: Math.round(next.delaySeconds),
      };
      return this.#ended({ status: 'RETRIABLE', ...told });
    }
    const catchers = ('Catch' in this.#state && this.#state.Catch) || [];
    const index = findCatcher(catchers, failure);
    const catcher = catchers[index];
    if (!catcher) return this.#ended({ status: 'FAILED', ...told });
    this.inspection.errorDetails = { ...this.inspection.errorDetails, catchIndex: index };
    try {
      return await this.#left('CAUGHT_ERROR', caughtExit(catcher, index, failure), told);
    } catch (error) {
      if (!(error instanceof StateFailure)) throw error;
      // Measured: an execution fails where the catcher's own fields do, TestState only has no output
      // [floci-io/floci, StepFunctionsJsonataIntegrationTest].
      return this.#ended({ status: 'CAUGHT_ERROR', ...told, nextState: catcher.Next });
    }
  }

  #ended(result: TestStateResult): TestStateResult {
    const level = this.#request.inspectionLevel ?? 'INFO';
    return level === 'INFO' ? result : { ...result, inspectionData: this.inspection };
  }
}
