import { expressionsOf } from '../expressions.ts';
import { functions, read } from '../jsonata.ts';
import type { Rule } from '../rule.ts';

const LONGEST = 80;

/** Where AWS takes the text as it is; a machine's own fields are all so. */
const constant =
  /^(Type|Resource|Next|Default|StartAt|QueryLanguage|Retry\..*|Catch\.\d+\.(ErrorEquals.*|Next)|Choices\.\d+\.Next)$/;

export const rule: Rule = {
  id: 'expressions',
  title: 'An expression fills its text, is JSONata as AWS runs it, and is short enough to need no test of its own',
  *find(machine) {
    for (const { state, field, source, reading } of expressionsOf(machine)) {
      const say = (message: string) => ({ state, message: `"${field}" ${message}` });
      if (source === undefined) {
        yield say('is text: an expression begins with {% and ends with %}, with nothing around it.');
        continue;
      }
      if (state === null || constant.test(field)) yield say('takes no expression: AWS reads it as it stands.');
      if (source.length > LONGEST) {
        yield say(`is ${source.length} characters of JSONata; what is longer than ${LONGEST} belongs into lib/domain.`);
      }
      if (!reading) {
        yield say(`is not JSONata: ${read(source).problem?.replace(/\.?$/, '.')}`);
        continue;
      }
      for (const name of reading.functions) {
        if (!functions.has(name)) yield say(`calls $${name}, which Step Functions does not have.`);
      }
      for (const name of reading.contextual) {
        yield say(`reads ${name}, but Step Functions gives no context: write $states.input.…`);
      }
    }
  },
};
