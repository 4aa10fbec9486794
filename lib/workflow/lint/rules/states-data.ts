import { everyState } from '../../states.ts';
import { expressionsOfState } from '../expressions.ts';
import type { Rule } from '../rule.ts';

const contexts = ['Execution', 'State', 'StateMachine', 'Task', 'Map'];

export const rule: Rule = {
  id: 'states-data',
  title: 'Of $states an expression reads what there is at that place',
  *find(machine) {
    for (const [name, state] of everyState(machine)) {
      for (const { field, reading } of expressionsOfState(name, state)) {
        const say = (message: string) => ({ state: name, message: `"${field}" ${message}` });
        for (const { path } of reading?.states ?? []) {
          const [first, second] = path;
          if (first === 'result') {
            const gives = ['Task', 'Parallel', 'Map'].includes(state.Type) && /^(Output|Assign)\b/.test(field);
            if (!gives)
              yield say('reads $states.result, which only Output and Assign of a Task, Parallel or Map have.');
          } else if (first === 'errorOutput') {
            if (!field.startsWith('Catch.')) yield say('reads $states.errorOutput, which only a Catch has.');
          } else if (first === 'context') {
            if (second !== undefined && !contexts.includes(second)) {
              yield say(`reads $states.context.${second}; there are ${contexts.join(', ')}.`);
            }
          } else if (first !== undefined && first !== 'input') {
            yield say(`reads $states.${first}; there are input, result, errorOutput, context.`);
          }
        }
      }
    }
  },
};
