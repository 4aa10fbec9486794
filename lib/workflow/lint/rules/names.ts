import { everyState } from '../../states.ts';
import type { Rule } from '../rule.ts';

/** AWS takes 80 characters; a graph shows 40. */
const LONGEST = 40;

export const rule: Rule = {
  id: 'names',
  title: "A state's name is a short sentence of its own, and a Choice's a question",
  *find(machine) {
    const seen = new Set<string>();
    for (const [state, { Type }] of everyState(machine)) {
      if (seen.has(state)) yield { state, message: 'Another state of the machine has the same name.' };
      seen.add(state);
      if (state.length > LONGEST)
        yield { state, message: `The name has ${state.length} characters, more than ${LONGEST}.` };
      if (!/^[A-Z][A-Za-z]*( [A-Za-z]+)*\??$/.test(state)) {
        yield { state, message: 'The name is no sentence: words of letters, the first with a capital.' };
      }
      if (state.endsWith('?') !== (Type === 'Choice')) {
        yield { state, message: Type === 'Choice' ? 'The name of a Choice is a question.' : 'Only a Choice asks.' };
      }
    }
  },
};
