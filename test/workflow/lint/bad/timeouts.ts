import { type BadExamples, callback, calling } from '../machine.ts';

export const bad: BadExamples = {
  'a Task that may wait for years': {
    machine: calling({ TimeoutSeconds: undefined }),
    found: [['Call', /^There is no "TimeoutSeconds": AWS would wait 99,999,999 seconds/]],
  },
  'a Task that may take longer than its machine': {
    machine: calling({ TimeoutSeconds: 601 }),
    found: [['Call', /is 601, longer than the 600 of its machine/]],
  },
  'a heartbeat that is awaited as long as the end': {
    machine: calling({ ...callback, HeartbeatSeconds: 300 }),
    found: [['Call', /^"HeartbeatSeconds" comes to 300, not less than the "TimeoutSeconds" of 300/]],
  },
  'a heartbeat that grows beyond the end with the tries': {
    machine: calling({
      ...callback,
      HeartbeatSeconds: '{% 20 * $power(2, $states.context.State.RetryCount) %}',
      Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 4 }],
    }),
    found: [['Call', /comes to 320, /]],
  },
  'a heartbeat of nobody': {
    machine: calling({ HeartbeatSeconds: 10 }),
    found: [['Call', /stands where nothing sends one/]],
  },
};
