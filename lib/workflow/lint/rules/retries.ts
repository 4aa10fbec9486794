import { everyState } from '../../states.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'retries',
  title: 'A Retry says how often, and its delays grow up to the largest',
  *find(machine) {
    for (const [state, { Retry = [] }] of everyState(machine)) {
      for (const { ErrorEquals, IntervalSeconds = 1, MaxDelaySeconds, MaxAttempts } of Retry) {
        const say = (message: string) => ({ state, message: `The Retry of ${ErrorEquals.join(', ')} ${message}` });
        if (MaxAttempts === undefined) yield say('has no "MaxAttempts": say how often, not AWS\'s three.');
        if (MaxDelaySeconds !== undefined && MaxDelaySeconds <= IntervalSeconds) {
          yield say(
            `has a "MaxDelaySeconds" of ${MaxDelaySeconds}, not more than its first delay of ${IntervalSeconds}.`,
          );
        }
      }
    }
  },
};
