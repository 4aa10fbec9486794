import { everyState, type State } from '../../states.ts';
import type { Rule } from '../rule.ts';

const doubling = /^\{% (\d+) \* \$power\(2, \$states\.context\.State\.RetryCount\) %\}$/;

/** The longest that a heartbeat may be awaited, in seconds; undefined where only the run knows. */
function longestHeartbeat({ HeartbeatSeconds, Retry = [] }: State): number | undefined {
  if (typeof HeartbeatSeconds === 'number') return HeartbeatSeconds;
  const first = doubling.exec(HeartbeatSeconds ?? '')?.[1];
  if (first === undefined) return undefined;
  // RetryCount counts the tries of all retriers together; one without MaxAttempts has three.
  const retries = Retry.reduce((sum, { MaxAttempts = 3 }) => sum + MaxAttempts, 0);
  return Number(first) * 2 ** retries;
}

export const rule: Rule = {
  id: 'timeouts',
  title: 'Every Task ends by itself, before its machine does and after it missed a heartbeat',
  *find(machine) {
    for (const [name, state] of everyState(machine)) {
      const say = (message: string) => ({ state: name, message });
      const { Type, Resource, TimeoutSeconds: limit, HeartbeatSeconds } = state;
      if (Type !== 'Task') continue;
      if (limit === undefined) {
        yield say('There is no "TimeoutSeconds": AWS would wait 99,999,999 seconds, over three years.');
      } else if (typeof limit === 'number' && machine.TimeoutSeconds !== undefined && limit > machine.TimeoutSeconds) {
        yield say(`"TimeoutSeconds" is ${limit}, longer than the ${machine.TimeoutSeconds} of its machine.`);
      }
      const heartbeat = longestHeartbeat(state);
      if (heartbeat !== undefined && typeof limit === 'number' && heartbeat >= limit) {
        yield say(`"HeartbeatSeconds" comes to ${heartbeat}, not less than the "TimeoutSeconds" of ${limit}.`);
      }
      if (HeartbeatSeconds !== undefined && !Resource?.endsWith('.waitForTaskToken')) {
        yield say('"HeartbeatSeconds" stands where nothing sends one: only a .waitForTaskToken is given a token.');
      }
    }
  },
};
