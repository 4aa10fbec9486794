import { type BadExamples, callback, calling } from '../machine.ts';

const FunctionName = '${OpenApprovalFunctionArn}';

export const bad: BadExamples = {
  'a callback without its token': {
    machine: calling({ ...callback, Arguments: { FunctionName, Payload: {} } }),
    found: [['Call', /does not hand on \$states\.context\.Task\.Token: nobody can answer/]],
  },
  'a callback with nothing but a hash of its token': {
    machine: calling({
      ...callback,
      Arguments: { FunctionName, Payload: { id: "{% $hash($states.context.Task.Token, 'SHA-256') %}" } },
    }),
    found: [['Call', /nobody can answer/]],
  },
  'a token in the history': {
    machine: calling({ ...callback, Assign: { token: '{% $states.context.Task.Token %}' } }),
    found: [['Call', /^"Assign\.token" writes the task token into the execution's history/]],
  },
  'a token where there is none': {
    machine: calling({ Arguments: { FunctionName, Payload: '{% $states.context.Task.Token %}' } }),
    found: [['Call', /^"Arguments\.Payload" reads .*, which only a \.waitForTaskToken has/]],
  },
};
