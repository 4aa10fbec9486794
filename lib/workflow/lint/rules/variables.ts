import { assignedBy, inner, type State, type States, waysOut } from '../../states.ts';
import { expressionsOfState } from '../expressions.ts';
import type { Found, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'variables',
  title: 'Every variable was assigned on each way to where it is read',
  find: (machine) => findIn(machine, new Set(), new Set()),
};

type Names = ReadonlySet<string>;

/** `assigned`: on every way to this block; `somewhere`: in the blocks around it. */
function* findIn(block: States, assigned: Names, somewhere: Names): Iterable<Found> {
  const known = new Set([...somewhere, ...Object.values(block.States).flatMap(assignedBy)]);
  const before = assignedBefore(block, assigned);
  for (const [name, state] of Object.entries(block.States)) {
    // A state that nothing leads to is another rule's finding.
    const here = before.get(name) ?? known;
    for (const { field, reading } of expressionsOfState(name, state)) {
      for (const variable of reading?.variables ?? []) {
        if (here.has(variable)) continue;
        const way = wayWithout(block, before, name, variable);
        const why = known.has(variable) ? `which is not assigned on the way ${way}` : 'which nothing before it assigns';
        yield { state: name, message: `"${field}" reads $${variable}, ${why}.` };
      }
    }
    for (const part of inner(state)) {
      // The executions of a distributed Map see nothing of the variables around it.
      const apart = part.ProcessorConfig?.Mode === 'DISTRIBUTED';
      yield* findIn(part, apart ? new Set() : here, apart ? new Set() : known);
    }
  }
}

/** For each state that the block's start leads to: what every way there has assigned. */
function assignedBefore(block: States, atStart: Names): Map<string, Names> {
  const before = new Map<string, Names>([[block.StartAt, atStart]]);
  const open = [block.StartAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = block.States[name];
    if (!state) continue;
    for (const { next, assigned } of waysOut(state)) {
      const arriving = new Set([...before.get(name)!, ...assigned]);
      const known = before.get(next);
      const both = known ? new Set([...known].filter((variable) => arriving.has(variable))) : arriving;
      if (known?.size === both.size) continue;
      before.set(next, both);
      open.push(next);
    }
  }
  return before;
}

/** The step by which a state is reached without a variable. */
function wayWithout(block: States, before: ReadonlyMap<string, Names>, to: string, variable: string): string {
  const lacks = ([name, state]: readonly [string, State]) =>
    before.has(name) &&
    !before.get(name)!.has(variable) &&
    waysOut(state).some(({ next, assigned }) => next === to && !assigned.includes(variable));
  const from = Object.entries(block.States).find(lacks);
  return from ? `from "${from[0]}"` : 'from the start';
}
