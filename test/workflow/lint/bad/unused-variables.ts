import { type BadExamples, calling } from '../machine.ts';

export const bad: BadExamples = {
  'variables that nothing reads, by whichever exit': {
    machine: calling({
      Assign: { answer: 1 },
      Catch: [{ ErrorEquals: ['LeaseLost'], Assign: { reason: 1 }, Next: 'Done' }],
    }),
    found: [
      ['Call', /^"Assign" sets \$answer, which nothing reads/],
      ['Call', /sets \$reason/],
    ],
  },
};
