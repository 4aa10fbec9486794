import { everyState } from '../../states.ts';
import type { Found, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'error-order',
  title: 'States.ALL stands alone and last, and no Retry or Catch stands behind one that takes its errors',
  *find(machine) {
    for (const [state, { Retry = [], Catch = [] }] of everyState(machine)) {
      yield* findIn('Retry', Retry, state);
      yield* findIn('Catch', Catch, state);
    }
  },
};

function* findIn(
  field: string,
  list: readonly { readonly ErrorEquals: readonly string[] }[],
  state: string,
): Iterable<Found> {
  for (const [index, { ErrorEquals: names }] of list.entries()) {
    const all = names.includes('States.ALL');
    if (all && names.length > 1) yield { state, message: `States.ALL stands in a ${field} beside other names.` };
    if (all && index < list.length - 1) {
      yield { state, message: `States.ALL is not the last ${field}: those behind it are never asked.` };
    }
    const before = new Set(list.slice(0, index).flatMap(({ ErrorEquals }) => ErrorEquals));
    if (before.has('States.ALL')) continue;
    for (const name of names) {
      // Of a task's failures it takes every one but a timeout.
      const byTaskFailed =
        before.has('States.TaskFailed') && !['States.Timeout', 'States.HeartbeatTimeout', 'States.ALL'].includes(name);
      if (!before.has(name) && !byTaskFailed) continue;
      const taker = before.has(name) ? name : 'States.TaskFailed';
      yield { state, message: `${name} is in vain in its ${field}: one before it takes ${taker}.` };
    }
  }
}
