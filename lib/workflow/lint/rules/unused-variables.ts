import { assignedBy, everyState } from '../../states.ts';
import { expressionsOf } from '../expressions.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'unused-variables',
  title: 'What is assigned is read',
  *find(machine) {
    const read = new Set(expressionsOf(machine).flatMap(({ reading }) => [...(reading?.variables ?? [])]));
    for (const [state, definition] of everyState(machine)) {
      for (const name of new Set(assignedBy(definition))) {
        if (!read.has(name)) yield { state, message: `"Assign" sets $${name}, which nothing reads.` };
      }
    }
  },
};
