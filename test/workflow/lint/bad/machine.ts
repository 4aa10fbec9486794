import { type BadExamples, done, machine } from '../machine.ts';

export const bad: BadExamples = {
  'a machine without a language, an end and a sentence': {
    machine: { StartAt: 'Done', States: { Done: done } },
    found: [
      [null, /^"QueryLanguage" is not "JSONata"/],
      [null, /^There is no "TimeoutSeconds"/],
      [null, /^There is no "Comment"/],
    ],
  },
  'a machine of JSONPath': {
    machine: machine({ Done: done }, { QueryLanguage: 'JSONPath' }),
    found: [[null, /^"QueryLanguage" is not "JSONata"/]],
  },
};
