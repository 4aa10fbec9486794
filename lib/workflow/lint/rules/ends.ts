import { inner, type State, type States, waysOut } from '../../states.ts';
import type { Found, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'ends',
  title: 'From every state some way leads to an end, and every Choice has a default',
  find: findIn,
};

function* findIn(block: States): Iterable<Found> {
  const ending = new Set<string>();
  const ends = ({ Type, End }: State) => End === true || Type === 'Succeed' || Type === 'Fail';
  const states = Object.entries(block.States);
  for (let size = -1; size < ending.size; ) {
    size = ending.size;
    for (const [name, state] of states) {
      if (ends(state) || waysOut(state).some(({ next }) => ending.has(next))) ending.add(name);
    }
  }
  for (const [name, state] of states) {
    if (!ending.has(name))
      yield { state: name, message: 'No way leads from here to an end: it would go round for ever.' };
    if (state.Type === 'Choice' && state.Default === undefined) {
      yield {
        state: name,
        message: 'There is no "Default": what fits no condition fails with States.Runtime.',
      };
    }
    for (const part of inner(state)) yield* findIn(part);
  }
}
