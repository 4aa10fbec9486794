import { type BadExamples, calling } from '../machine.ts';

export const bad: BadExamples = {
  'a Retry that does not say how often': {
    machine: calling({ Retry: [{ ErrorEquals: ['LeaseLost', 'Fenced'] }] }),
    found: [['Call', /^The Retry of LeaseLost, Fenced has no "MaxAttempts"/]],
  },
  'a Retry whose largest delay is not its largest': {
    machine: calling({
      Retry: [{ ErrorEquals: ['LeaseLost'], IntervalSeconds: 30, MaxDelaySeconds: 20, MaxAttempts: 5 }],
    }),
    found: [['Call', /has a "MaxDelaySeconds" of 20, not more than its first delay of 30/]],
  },
};
