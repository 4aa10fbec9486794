import { type BadExamples, call, calling, done, machine } from '../machine.ts';

export const bad: BadExamples = {
  'a service that nobody knows': {
    machine: calling({ Resource: 'arn:aws:states:::toaster:toast' }),
    found: [['Call', /^"Resource" is arn:aws:states:::toaster:toast, and none of: .*lambda:invoke,/]],
  },
  'a pattern that the service does not have': {
    machine: calling({ Resource: 'arn:aws:states:::sns:publish.sync' }),
    found: [['Call', /sns:publish\.sync/]],
  },
  'a Task without a Resource, inside of a branch': {
    machine: machine({
      Both: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'Call', States: { Call: { Type: 'Task', End: true } } }],
        Next: 'Done',
      },
      Done: done,
    }),
    found: [['Call', /^"Resource" is missing/]],
  },
  'a function without a name': {
    machine: calling({ Arguments: { Payload: {} } }),
    found: [['Call', /^"Arguments" lacks FunctionName\.$/]],
  },
  'a task of ECS that a second try would start twice': {
    machine: calling({
      ...call,
      Resource: 'arn:aws:states:::ecs:runTask.waitForTaskToken',
      Arguments: { Cluster: '${DumpDatabaseClusterArn}', TaskDefinition: '${DumpDatabaseTaskDefinitionArn}' },
    }),
    found: [['Call', /^"Arguments" lacks ClientToken\.$/]],
  },
};
