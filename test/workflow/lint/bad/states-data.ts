import { type BadExamples, calling, done, machine } from '../machine.ts';

export const bad: BadExamples = {
  'a result before there is one': {
    machine: calling({ Arguments: { FunctionName: 'f', Payload: '{% $states.result.Payload %}' } }),
    found: [['Call', /^"Arguments\.Payload" reads \$states\.result, which only Output and Assign of a Task/]],
  },
  'the result of what has none': {
    machine: machine({ Say: { Type: 'Pass', Output: '{% $states.result %}', Next: 'Done' }, Done: done }),
    found: [['Say', /reads \$states\.result/]],
  },
  'the error of what succeeded': {
    machine: calling({ Output: '{% $states.errorOutput.Cause %}' }),
    found: [['Call', /^"Output" reads \$states\.errorOutput, which only a Catch has/]],
  },
  'what $states and its context never hold': {
    machine: calling({ Output: { a: '{% $states.inputs.a %}', b: '{% $states.context.Executions.Id %}' } }),
    found: [
      ['Call', /^"Output\.a" reads \$states\.inputs; there are input, result/],
      ['Call', /^"Output\.b" reads \$states\.context\.Executions; there are Execution/],
    ],
  },
};
