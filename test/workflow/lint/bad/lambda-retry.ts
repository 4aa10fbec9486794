import { type BadExamples, calling } from '../machine.ts';

export const bad: BadExamples = {
  'a call that one busy moment of Lambda ends': {
    machine: calling({ Retry: [] }),
    found: [['Call', /^"Retry" lacks Lambda\.ServiceException, .*Lambda\.TooManyRequestsException\.$/]],
  },
  'a call that knows some of what Lambda answers': {
    machine: calling({
      Retry: [{ ErrorEquals: ['Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException'] }],
    }),
    found: [['Call', /^"Retry" lacks Lambda\.TooManyRequestsException\.$/]],
  },
};
