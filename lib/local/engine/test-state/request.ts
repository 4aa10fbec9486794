import { AwsError } from '../../wire/endpoint.ts';
import type { State } from '../definition.ts';
import type { Json } from '../json.ts';

/** What TestState is asked; texts are JSON, as the API has them. */
export interface TestStateRequest {
  /** A state, or with `stateName` a machine that holds it. */
  readonly definition: string;
  readonly roleArn?: string | undefined;
  readonly input?: string | undefined;
  readonly inspectionLevel?: 'INFO' | 'DEBUG' | 'TRACE' | undefined;
  readonly revealSecrets?: boolean | undefined;
  readonly variables?: string | undefined;
  readonly stateName?: string | undefined;
  readonly mock?: Mock | undefined;
  readonly context?: string | undefined;
  readonly stateConfiguration?: StateConfiguration | undefined;
}

export interface Mock {
  readonly result?: string | undefined;
  readonly errorOutput?: { readonly error?: string | undefined; readonly cause?: string | undefined } | undefined;
  readonly fieldValidationMode?: 'STRICT' | 'PRESENT' | 'NONE' | undefined;
}

export interface StateConfiguration {
  /** Attempts already used of the retrier that matches the mocked error. */
  readonly retrierRetryCount?: number | undefined;
  readonly errorCausedByState?: string | undefined;
  /** How many iterations of a Map have failed. */
  readonly mapIterationFailureCount?: number | undefined;
  /** What an ItemReader would have read. */
  readonly mapItemReaderData?: string | undefined;
}

/** TestState's answer; texts are JSON where AWS has JSON. */
export interface TestStateResult {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'RETRIABLE' | 'CAUGHT_ERROR';
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly nextState?: string;
  readonly inspectionData?: Inspection;
}

/** What happened on the way; no member for what the state does not have. */
export interface Inspection {
  input?: string;
  afterArguments?: string;
  afterItemSelector?: string;
  afterItemBatcher?: string;
  afterItemsPointer?: string;
  result?: string;
  variables?: string;
  maxConcurrency?: number;
  toleratedFailureCount?: number;
  toleratedFailurePercentage?: number;
  errorDetails?: { catchIndex?: number; retryIndex?: number; retryBackoffIntervalSeconds?: number };
}

export const invalid = (message: string): AwsError => new AwsError('ValidationException', 400, message);

/** Throws AWS's ValidationException for what does not go together, before the definition is looked at. */
export function checkRequest({ mock, revealSecrets, context, stateConfiguration = {} }: TestStateRequest): void {
  if (mock?.result !== undefined && mock.errorOutput !== undefined) {
    throw invalid('A test mock should have only one of the following fields: [result, errorOutput].');
  }
  if (mock && mock.result === undefined && mock.errorOutput?.error === undefined) {
    throw invalid('A test mock must have either a result or an errorOutput with its error.');
  }
  if (mock && revealSecrets) throw invalid('TestState does not support RevealSecrets when a mock is specified.');
  if (mock) return;
  const withMock = { Context: context, ...capitalised(stateConfiguration) };
  for (const [field, value] of Object.entries(withMock)) {
    if (value !== undefined) throw invalid(`TestState does not support ${field} when a mock is not specified.`);
  }
}

const capitalised = (members: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name[0]?.toUpperCase() + name.slice(1), value]));

/** Throws for a state that cannot be tested as it is asked. */
export function checkState(state: State, { mock, roleArn }: TestStateRequest): void {
  const { Type } = state;
  const forked = Type === 'Map' || Type === 'Parallel';
  if (mock && Type !== 'Task' && !forked) {
    throw invalid(`State type '${Type}' is not supported when a mock is specified`);
  }
  if (mock) return;
  if (forked) {
    throw new AwsError(
      'InvalidDefinition',
      400,
      'TestState API does not support Map or Parallel states. ' +
        'Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
    );
  }
  if (Type !== 'Task') return;
  if (/\.(sync(:2)?|waitForTaskToken)$/.test(state.Resource)) {
    throw new AwsError('InvalidDefinition', 400, `TestState needs a mock for the Resource ${state.Resource}.`);
  }
  if (roleArn === undefined) throw invalid('RoleArn must be specified when testing a Task state');
}

/** A JSON text of the request. */
export function jsonOf(text: string, problem: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw invalid(problem);
  }
}
