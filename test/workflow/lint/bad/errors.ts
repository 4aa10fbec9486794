import { type BadExamples, calling, done, machine } from '../machine.ts';

const handling = (name: string) => calling({ Catch: [{ ErrorEquals: [name], Next: 'Done' }], Retry: [] });

export const bad: BadExamples = {
  'an invention of States': {
    machine: handling('States.Everything'),
    found: [['Call', /^Nothing raises States\.Everything\./]],
  },
  'a name that is spelled otherwise': {
    machine: handling('LeaseGone'),
    found: [['Call', /^Nothing raises LeaseGone\. Declared errors stand in/]],
  },
  'what no Catch sees': {
    machine: handling('States.Runtime'),
    found: [['Call', /handled in vain: no Retry and no Catch sees it/]],
  },
  'an error of JSONPath': {
    machine: handling('States.IntrinsicFailure'),
    found: [['Call', /handled in vain: only a JSONPath state fails so/]],
  },
  'a Fail with an error that is not declared, and one without any': {
    machine: machine({ 'Give up': { Type: 'Fail', Error: 'Oops' }, 'Give in': { Type: 'Fail' }, Done: done }),
    found: [
      ['Give up', /^"Error" is Oops, and no declared error/],
      ['Give in', /^"Error" is missing/],
    ],
  },
};
