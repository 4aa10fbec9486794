import { type BadExamples, branch, done, machine } from '../machine.ts';

export const bad: BadExamples = {
  'states that go round for ever': {
    machine: machine({
      'Is it ready?': { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Look' }], Default: 'Done' },
      Look: { Type: 'Pass', Next: 'Rest' },
      Rest: { Type: 'Wait', Next: 'Look' },
      Done: done,
    }),
    found: [
      ['Look', /^No way leads from here to an end/],
      ['Rest', /^No way leads from here to an end/],
    ],
  },
  'a Choice without a default, inside of a branch': {
    machine: machine({
      Both: {
        Type: 'Parallel',
        Branches: [
          branch({
            'Is it so?': { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Fine' }] },
            Fine: done,
          }),
        ],
        End: true,
      },
    }),
    found: [['Is it so?', /^There is no "Default"/]],
  },
};
