import { type BadExamples, calling } from '../machine.ts';

const catching = (...lists: readonly string[][]) =>
  calling({ Catch: lists.map((ErrorEquals) => ({ ErrorEquals, Next: 'Done' })) });

export const bad: BadExamples = {
  'States.ALL before others': {
    machine: catching(['States.ALL'], ['LeaseLost']),
    found: [['Call', /^States\.ALL is not the last Catch/]],
  },
  'States.ALL beside others': {
    machine: calling({ Retry: [{ ErrorEquals: ['LeaseLost', 'States.ALL'], MaxAttempts: 1 }] }),
    found: [['Call', /^States\.ALL stands in a Retry beside other names/]],
  },
  'a name that an earlier Catch takes': {
    machine: catching(['LeaseLost', 'Fenced'], ['Fenced']),
    found: [['Call', /^Fenced is in vain in its Catch: one before it takes Fenced\./]],
  },
  'a name behind States.TaskFailed; a timeout is no such name': {
    machine: catching(['States.TaskFailed'], ['LeaseLost'], ['States.Timeout'], ['States.ALL']),
    found: [['Call', /^LeaseLost is in vain in its Catch: one before it takes States\.TaskFailed\./]],
  },
};
