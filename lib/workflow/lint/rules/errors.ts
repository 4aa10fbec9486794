import { errorNames } from '../../errors.ts';
import { everyState } from '../../states.ts';
import { catchable, inVain, lambdaErrors } from '../error-names.ts';
import type { Rule } from '../rule.ts';

const known = new Set<string>([...errorNames, ...lambdaErrors, ...catchable, 'States.DataLimitExceeded']);

export const rule: Rule = {
  id: 'errors',
  title: 'Every name of an error is one that somebody raises',
  *find(machine) {
    for (const [state, { Type, Retry = [], Catch = [], Error: raised = '' }] of everyState(machine)) {
      for (const name of new Set([...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals))) {
        if (inVain[name]) yield { state, message: `${name} is handled in vain: ${inVain[name]}.` };
        else if (!known.has(name)) {
          yield { state, message: `Nothing raises ${name}. Declared errors stand in lib/workflow/errors.ts.` };
        }
      }
      if (Type !== 'Fail' || raised.startsWith('{%') || errorNames.some((name) => name === raised)) continue;
      yield {
        state,
        message: `"Error" is ${raised || 'missing'}, and no declared error (lib/workflow/errors.ts) nor an expression.`,
      };
    }
  },
};
