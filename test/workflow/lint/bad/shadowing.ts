import { type BadExamples, branch, done, machine } from '../machine.ts';

export const bad: BadExamples = {
  'a branch that assigns what stands around it': {
    machine: machine({
      Begin: { Type: 'Pass', Assign: { count: 1 }, Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Branches: [branch({ Inside: { Type: 'Pass', Assign: { count: 2 }, End: true } })],
        Next: 'Done',
      },
      Done: done,
    }),
    found: [['Inside', /^"Assign" sets \$count, which belongs to the states around this branch/]],
  },
};
