import { assignedBy, inner, type States } from '../../states.ts';
import type { Found, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'shadowing',
  title: 'A branch or loop assigns no variable of the states around it',
  find: (machine) => findIn(machine, new Set()),
};

/** `around`: the variables of the blocks around this one. */
function* findIn(block: States, around: ReadonlySet<string>): Iterable<Found> {
  const own = Object.values(block.States).flatMap(assignedBy);
  for (const [name, state] of Object.entries(block.States)) {
    for (const variable of assignedBy(state).filter((each) => around.has(each))) {
      yield {
        state: name,
        message: `"Assign" sets $${variable}, which belongs to the states around this branch: AWS refuses the machine.`,
      };
    }
    for (const part of inner(state)) {
      const apart = part.ProcessorConfig?.Mode === 'DISTRIBUTED';
      yield* findIn(part, apart ? new Set() : new Set([...around, ...own]));
    }
  }
}
