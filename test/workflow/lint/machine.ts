import type { State, States } from '../../../lib/workflow/states.ts';

/** A machine in which a rule finds what is `found`: state (null: the machine) and words of the message. */
export interface Bad {
  readonly machine: States;
  readonly found: readonly (readonly [state: string | null, message: RegExp])[];
}

/** Bad machines by what is wrong with them. */
export type BadExamples = Readonly<Record<string, Bad>>;

/** A machine of these states, the first of which it starts with. */
export const machine = (states: Readonly<Record<string, State>>, more: Partial<States> = {}): States => ({
  Comment: 'An example.',
  QueryLanguage: 'JSONata',
  TimeoutSeconds: 600,
  StartAt: Object.keys(states)[0]!,
  States: states,
  ...more,
});

export const done: State = { Type: 'Succeed' };

const retry = {
  ErrorEquals: [
    'ServiceUnavailable',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 1,
  BackoffRate: 2,
  MaxDelaySeconds: 20,
  MaxAttempts: 5,
};

/** A Task with which nothing is wrong. */
export const call: State = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: '${TakeLeaseFunctionArn}', Payload: '{% $states.input %}' },
  TimeoutSeconds: 30,
  Retry: [retry],
  Next: 'Done',
};

/** A callback with which nothing is wrong. */
export const callback: State = {
  ...call,
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: { FunctionName: '${OpenApprovalFunctionArn}', Payload: { token: '{% $states.context.Task.Token %}' } },
  TimeoutSeconds: 300,
  HeartbeatSeconds: 60,
};

/** A machine of one Task and the end. */
export const calling = (changes: Partial<State>): States => machine({ Call: { ...call, ...changes }, Done: done });

export const branch = (states: Readonly<Record<string, State>>): States => ({
  StartAt: Object.keys(states)[0]!,
  States: states,
});
