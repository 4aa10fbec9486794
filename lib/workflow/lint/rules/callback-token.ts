import { everyState, type State } from '../../states.ts';
import { expressionsOfState } from '../expressions.ts';
import type { Rule } from '../rule.ts';

const TOKEN = 'context.Task.Token';

/** Fields that hand on the token itself; a hash of it, as idempotency keys are made of, answers nothing. */
const handingOn = (name: string, state: State): string[] =>
  expressionsOfState(name, state).flatMap(({ field, reading }) =>
    reading?.states.some(({ path, hashed }) => path.join('.') === TOKEN && !hashed) ? [field] : [],
  );

export const rule: Rule = {
  id: 'callback-token',
  title: 'A callback hands its token to whoever answers, and to nobody else',
  *find(machine) {
    for (const [name, state] of everyState(machine)) {
      const fields = handingOn(name, state);
      const callback = state.Resource?.endsWith('.waitForTaskToken') ?? false;
      if (callback && !fields.some((field) => field.startsWith('Arguments'))) {
        yield {
          state: name,
          message: `"Arguments" does not hand on $states.${TOKEN}: nobody can answer, and it waits.`,
        };
      }
      for (const field of fields.filter((each) => !callback || !each.startsWith('Arguments'))) {
        yield {
          state: name,
          message: callback
            ? `"${field}" writes the task token into the execution's history: whoever reads that could answer.`
            : `"${field}" reads $states.${TOKEN}, which only a .waitForTaskToken has.`,
        };
      }
    }
  },
};
