import type { MachineName } from '../../lib/workflow/registry.ts';
import { machine as definition } from '../contract/support.ts';
import { type Arrow, arrowsOf, namesOf } from './path.ts';

interface Visit {
  readonly machine: MachineName;
  readonly path: readonly string[];
  readonly arrows: readonly Arrow[];
}

/** What every play of this test file went through. */
const visits: Visit[] = [];

export const remember = (visit: Visit): void => void visits.push(visit);

/** Call it last in a machine's test file: it fails with every state that no test has entered, and every step not taken. */
export function everyStateIsVisited(name: MachineName): void {
  test(`the tests above enter every state of ${name} and take every step between two`, () => {
    const here = visits.filter(({ machine }) => machine === name);
    const states = new Set(here.flatMap(({ path }) => path));
    const arrows = new Set(here.flatMap((visit) => visit.arrows));
    expect(namesOf(definition(name)).filter((state) => !states.has(state))).toEqual([]);
    expect(arrowsOf(definition(name)).filter((arrow) => !arrows.has(arrow))).toEqual([]);
  });
}
