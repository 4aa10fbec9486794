import { type BadExamples, branch, done, machine } from '../machine.ts';

export const bad: BadExamples = {
  'a name twice, once inside of a branch': {
    machine: machine({
      Both: { Type: 'Parallel', Branches: [branch({ Done: done })], Next: 'Done' },
      Done: done,
    }),
    found: [['Done', /^Another state of the machine has the same name/]],
  },
  'a name that no graph can show': {
    machine: machine({ 'Wait until everybody has gone home for the day': done }),
    found: [['Wait until everybody has gone home for the day', /^The name has 46 characters, more than 40/]],
  },
  'names that are no sentences': {
    machine: machine({ take_lease: done, 'Step 2': done }),
    found: [
      ['take_lease', /^The name is no sentence/],
      ['Step 2', /^The name is no sentence/],
    ],
  },
  'a Choice that does not ask, and another that does': {
    machine: machine({ Decide: { Type: 'Choice', Choices: [], Default: 'Done?' }, 'Done?': done }),
    found: [
      ['Decide', /^The name of a Choice is a question/],
      ['Done?', /^Only a Choice asks/],
    ],
  },
};
