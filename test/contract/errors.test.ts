import { existsSync, readFileSync } from 'node:fs';
import { errorNames } from '../../lib/workflow/errors.ts';
import { lambdaErrors } from '../../lib/workflow/lint/error-names.ts';
import { taskNames, tasks } from '../../lib/workflow/registry.ts';
import { fatal, handled, machineRunBy, type Place, places, taskPlaces, tasksRunBy } from './support.ts';

/** What whoever calls a function retries; the same five names in every state. */
const TRANSIENT = ['ServiceUnavailable', ...lambdaErrors];
/** Every task may fail so; nobody has to say it. */
const always: readonly string[] = ['InvalidInput', 'InvalidOutput'];
const reserved = ['States.ALL', 'States.Timeout', 'States.HeartbeatTimeout', 'States.TaskFailed'];

const throwsOf = (place: Place): readonly string[] => tasksRunBy(place).flatMap((name) => tasks[name].throws);

describe('every declared error has a stated fate', () => {
  test.each(taskPlaces.map((place) => [place.at, place] as const))('in %s', (_, place) => {
    const stated = [...handled(place), ...fatal(place)];
    if (stated.includes('States.ALL')) return;
    expect(throwsOf(place).filter((name) => !stated.includes(name))).toEqual([]);
  });

  test('nothing is handled that is never thrown', () => {
    const invented = taskPlaces.flatMap((place) =>
      [...handled(place), ...fatal(place)]
        .filter((name) => ![...throwsOf(place), ...always, ...reserved, ...TRANSIENT].includes(name))
        .map((name) => `${place.at}: ${name}`),
    );
    expect(invented).toEqual([]);
  });

  test('nothing that is called fatal is handled after all', () => {
    const both = taskPlaces.flatMap((place) =>
      fatal(place)
        .filter((name) => handled(place).includes(name))
        .map((name) => `${place.at}: ${name}`),
    );
    expect(both).toEqual([]);
  });
});

test('whoever calls a function retries what Lambda may answer, everywhere in the same way', () => {
  const blocks = taskPlaces
    .filter(({ state }) => state.Resource?.includes(':::lambda:'))
    .map(({ at, state }) => ({ at, block: state.Retry?.at(-1) }));
  const [first] = blocks;
  expect(first?.block?.ErrorEquals).toEqual(TRANSIENT);
  expect(blocks.filter(({ block }) => JSON.stringify(block) !== JSON.stringify(first?.block))).toEqual([]);
});

test("a part's failure becomes the failure of what it is part of", () => {
  const wrong = taskPlaces.filter(
    (place) =>
      machineRunBy(place) && !place.state.Catch?.some(({ ErrorEquals }) => ErrorEquals.includes('States.TaskFailed')),
  );
  expect(wrong.map(({ at }) => at)).toEqual([]);
});

test('every error is thrown by some task or named by a Fail', () => {
  const thrown = new Set<string>([
    ...always,
    ...taskNames.flatMap((name) => tasks[name].throws),
    ...places.flatMap(({ state }) => state.Error ?? []),
  ]);
  expect(errorNames.filter((name) => !thrown.has(name))).toEqual([]);
});

test('the runbook has a section for every error', () => {
  const file = new URL('../../docs/runbook.md', import.meta.url);
  const headings = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  expect(errorNames.filter((name) => !headings.includes(`## ${name}`))).toEqual([]);
});
