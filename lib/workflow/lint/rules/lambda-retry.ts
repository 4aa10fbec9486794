import { everyState } from '../../states.ts';
import { lambdaErrors } from '../error-names.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'lambda-retry',
  title: 'Whoever calls a function retries what Lambda itself may answer',
  *find(machine) {
    for (const [state, { Resource, Retry = [] }] of everyState(machine)) {
      if (!Resource?.includes(':::lambda:')) continue;
      const retried = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      if (retried.includes('States.ALL') || retried.includes('States.TaskFailed')) continue;
      const missing = lambdaErrors.filter((name) => !retried.includes(name));
      if (missing.length > 0) yield { state, message: `"Retry" lacks ${missing.join(', ')}.` };
    }
  },
};
