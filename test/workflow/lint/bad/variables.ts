import type { State } from '../../../../lib/workflow/states.ts';
import { type BadExamples, branch, call, done, machine } from '../machine.ts';

const reading = (expression: string, more: Partial<State> = {}): State => ({
  Type: 'Pass',
  Output: `{% ${expression} %}`,
  Next: 'Done',
  ...more,
});

export const bad: BadExamples = {
  'a variable that nothing assigns': {
    machine: machine({ Read: reading('$lost.name'), Done: done }),
    found: [['Read', /^"Output" reads \$lost, which nothing before it assigns\.$/]],
  },
  'a variable that the same state assigns': {
    machine: machine({ Read: reading('$late', { Assign: { late: 1 } }), Done: done }),
    found: [['Read', /reads \$late, which is not assigned on the way from the start/]],
  },
  'a variable that one of two ways assigns': {
    machine: machine({
      'Is it so?': { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Assign' }], Default: 'Skip' },
      Assign: { Type: 'Pass', Assign: { answer: 1 }, Next: 'Read' },
      Skip: { Type: 'Pass', Next: 'Read' },
      Read: reading('$answer'),
      Done: done,
    }),
    found: [['Read', /reads \$answer, which is not assigned on the way from "Skip"/]],
  },
  'a variable that a failure leaves out: a Catch has an Assign of its own': {
    machine: machine({
      Call: {
        ...call,
        Assign: { answer: '{% $states.result %}' },
        Catch: [{ ErrorEquals: ['LeaseLost'], Next: 'Read' }],
        Next: 'Read',
      },
      Read: reading('$answer'),
      Done: done,
    }),
    found: [['Read', /not assigned on the way from "Call"/]],
  },
  'a variable of a branch, outside of it and in the other one': {
    machine: machine({
      Both: {
        Type: 'Parallel',
        Branches: [
          branch({ Inside: { Type: 'Pass', Assign: { own: 1 }, End: true } }),
          branch({ Beside: { Type: 'Pass', Output: '{% $own %}', End: true } }),
        ],
        Next: 'Read',
      },
      Read: reading('$own'),
      Done: done,
    }),
    found: [
      ['Beside', /reads \$own, which nothing before it assigns/],
      ['Read', /reads \$own, which nothing before it assigns/],
    ],
  },
  'a variable that an execution of its own cannot see': {
    machine: machine({
      Begin: { Type: 'Pass', Assign: { outer: 1 }, Next: 'Each' },
      Each: {
        Type: 'Map',
        MaxConcurrency: 10,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED' },
          ...branch({ Look: { Type: 'Pass', Output: '{% $outer %}', End: true } }),
        },
        Next: 'Done',
      },
      Done: done,
    }),
    found: [['Look', /reads \$outer, which nothing before it assigns/]],
  },
};
